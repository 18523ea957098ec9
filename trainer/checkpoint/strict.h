/* strict - reading JSON that must be exactly as expected: no member missing, unknown or twice, no
 * value of another type or beyond its bounds. Pure; parsing itself is cJSON's.
 *
 * Every function returns 0, or -1 with a reason that names the member. */
#ifndef TRAINER_STRICT_H
#define TRAINER_STRICT_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

static inline void cleanup_json(cJSON **json)
{
    cJSON_Delete(*json);
}

#define CLEAN_JSON __attribute__((cleanup(cleanup_json)))

/* Parses `size` bytes, which begin with an object and end with it but for spaces at the end. */
int strict_parse(const char *text, size_t size, cJSON **json, struct error *error);

/* Finds where the value of a member of the outermost object stands in a text that strict_parse has
 * read: `*out` receives a copy, allocated, without the white space around it. */
int strict_copy(const char *text, size_t size, const char *name, char **out, struct error *error);

/* The object has just these members: `names` is ended by NULL. They are stored in their order. */
int strict_members(const cJSON *object,
                   const char *const *names,
                   const cJSON **members,
                   struct error *error);

/* A whole number: as a number up to 2^53, as decimal digits in a string beyond. */
int strict_signed(const cJSON *item, int64_t low, int64_t high, int64_t *out, struct error *error);
int strict_unsigned(const cJSON *item, uint64_t high, uint64_t *out, struct error *error);

/* Up to `most` numbers from `low` to 2^53. */
int strict_numbers(
    const cJSON *item, int64_t low, size_t most, int64_t *out, size_t *count, struct error *error);

/* A string of at most `size` - 1 bytes that utf8_line holds for. */
int strict_text(const cJSON *item, char *out, size_t size, struct error *error);

/* Eight lower-case hexadecimal digits. */
int strict_crc(const cJSON *item, uint32_t *out, struct error *error);

/* An array of at most `most` elements. */
int strict_array(const cJSON *item, size_t most, size_t *count, struct error *error);

#endif
