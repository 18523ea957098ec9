/* strict - JSON that must be exactly as expected. */
#include "trainer/checkpoint/strict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define EXACT ((int64_t)1 << 53) /* whole numbers up to here are exact as doubles */

/* For messages: the name of a member, or a word for the element of an array. */
static const char *name_of(const cJSON *item)
{
    return item->string ? item->string : "an element";
}

int strict_parse(const char *text, size_t size, cJSON **json, struct error *error)
{
    CLEAN_JSON cJSON *parsed = NULL;
    const char *end = NULL;

    if (!size || text[0] != '{')
        return error_set(error, "it does not begin as a JSON object");
    if (memchr(text, '\0', size) || memmem(text, size, "\\u0000", 6))
        return error_set(error, "it has a zero byte, where strings would be cut");
    parsed = cJSON_ParseWithLengthOpts(text, size, &end, 0);
    if (!parsed)
        return error_set(error, "it is not JSON, or there is no memory to read it");
    for (; end < text + size; end++) {
        if (*end != ' ')
            return error_set(error, "something follows its JSON object");
    }
    *json = TAKE(parsed);
    return 0;
}

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

/* The end of the string that begins at `at`. */
static const char *string_end(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : end;
}

/* The end of what stands at `at` up to the comma or bracket that closes it. */
static const char *value_end(const char *at, const char *end)
{
    int depth = 0;

    while (at < end) {
        if (*at == '"') {
            at = string_end(at, end);
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        if ((*at == ',' || *at == '}' || *at == ']') && depth == 0)
            break;
        if (*at == '}' || *at == ']')
            depth--;
        at++;
    }
    return at;
}

/* Some of the text. */
struct slice {
    const char *begin;
    const char *end;
};

/* Finds the next member at `*at`, a string, a colon and a value with white space anywhere between,
 * and moves behind it. The key comes with its quotes. */
static bool member_next(const char **at, const char *end, struct slice *key, struct slice *value)
{
    key->begin = memchr(*at, '"', (size_t)(end - *at));
    if (!key->begin)
        return false;
    key->end = string_end(key->begin, end);
    value->begin = memchr(key->end, ':', (size_t)(end - key->end));
    if (!value->begin)
        return false;
    value->end = value_end(++value->begin, end);
    *at = value->end < end ? value->end + 1 : end;
    while (value->begin < value->end && is_space(*value->begin))
        value->begin++;
    while (value->begin < value->end && is_space(value->end[-1]))
        value->end--;
    return true;
}

int strict_copy(const char *text, size_t size, const char *name, char **out, struct error *error)
{
    const char *at = text + 1;
    size_t length = strlen(name);
    struct slice key;
    struct slice value;

    while (member_next(&at, text + size, &key, &value)) {
        if ((size_t)(key.end - key.begin) != length + 2 || memcmp(key.begin + 1, name, length) != 0)
            continue;
        *out = memory_try(1, (size_t)(value.end - value.begin) + 1);
        if (!*out)
            return error_set(error, "out of memory for %s", name);
        memcpy(*out, value.begin, (size_t)(value.end - value.begin));
        return 0;
    }
    return error_set(error, "member %s is missing", name);
}

int strict_members(const cJSON *object,
                   const char *const *names,
                   const cJSON **members,
                   struct error *error)
{
    size_t count = 0;

    if (!cJSON_IsObject(object))
        return error_set(error, "%s is not an object", name_of(object));
    while (names[count])
        members[count++] = NULL;
    for (const cJSON *item = object->child; item; item = item->next) {
        size_t i = 0;

        while (i < count && strcmp(names[i], item->string) != 0)
            i++;
        if (i == count)
            return error_set(error, "member %.64s is not known", item->string);
        if (members[i])
            return error_set(error, "member %s is there twice", item->string);
        members[i] = item;
    }
    for (size_t i = 0; i < count; i++) {
        if (!members[i])
            return error_set(error, "member %s is missing", names[i]);
    }
    return 0;
}

/* Reads a number that a double holds exactly. Returns false for anything else. */
static bool exact_number(const cJSON *item, int64_t *out)
{
    double value = cJSON_IsNumber(item) ? item->valuedouble : 0.5;

    if (!(value >= -(double)EXACT && value <= (double)EXACT) || value != (double)(int64_t)value)
        return false;
    *out = (int64_t)value;
    return true;
}

int strict_signed(const cJSON *item, int64_t low, int64_t high, int64_t *out, struct error *error)
{
    int64_t value;
    char again[32];

    if (cJSON_IsString(item)) {
        value = strtoll(item->valuestring, NULL, 10);
        snprintf(again, sizeof again, "%" PRId64, value);
        if (strcmp(again, item->valuestring) != 0)
            return error_set(error, "%s is not a whole number", name_of(item));
    } else if (!exact_number(item, &value)) {
        return error_set(error, "%s is not a whole number", name_of(item));
    }
    if (value < low || value > high)
        return error_set(error, "%s is out of bounds", name_of(item));
    *out = value;
    return 0;
}

int strict_unsigned(const cJSON *item, uint64_t high, uint64_t *out, struct error *error)
{
    uint64_t value;
    int64_t small;
    char again[32];

    if (cJSON_IsString(item)) {
        value = strtoull(item->valuestring, NULL, 10);
        snprintf(again, sizeof again, "%" PRIu64, value);
        if (strcmp(again, item->valuestring) != 0)
            return error_set(error, "%s is not a whole number", name_of(item));
    } else {
        if (!exact_number(item, &small) || small < 0)
            return error_set(error, "%s is not a whole number", name_of(item));
        value = (uint64_t)small;
    }
    if (value > high)
        return error_set(error, "%s is out of bounds", name_of(item));
    *out = value;
    return 0;
}

int strict_array(const cJSON *item, size_t most, size_t *count, struct error *error)
{
    size_t found = 0;

    if (!cJSON_IsArray(item))
        return error_set(error, "%s is not an array", name_of(item));
    for (const cJSON *child = item->child; child; child = child->next) {
        if (found++ == most)
            return error_set(error, "%s has more than %zu elements", name_of(item), most);
    }
    *count = found;
    return 0;
}

int strict_numbers(
    const cJSON *item, int64_t low, size_t most, int64_t *out, size_t *count, struct error *error)
{
    const cJSON *child;
    size_t i = 0;

    if (strict_array(item, most, count, error))
        return -1;
    for (child = item->child; child; child = child->next, i++) {
        if (!exact_number(child, &out[i]) || out[i] < low)
            return error_set(
                error, "%s has an element that is no number it may have", name_of(item));
    }
    return 0;
}

int strict_text(const cJSON *item, char *out, size_t size, struct error *error)
{
    size_t length;

    if (!cJSON_IsString(item))
        return error_set(error, "%s is not a string", name_of(item));
    length = strlen(item->valuestring);
    if (length >= size)
        return error_set(error, "%s is longer than %zu bytes", name_of(item), size - 1);
    if (!utf8_line(item->valuestring))
        return error_set(error, "%s has characters that do not show", name_of(item));
    memcpy(out, item->valuestring, length + 1);
    return 0;
}

int strict_crc(const cJSON *item, uint32_t *out, struct error *error)
{
    char text[9] = "";
    char again[9];
    uint32_t value;

    if (strict_text(item, text, sizeof text, error))
        return -1;
    value = (uint32_t)strtoul(text, NULL, 16);
    snprintf(again, sizeof again, "%08" PRIx32, value);
    if (strcmp(again, text) != 0)
        return error_set(error, "%s is not a checksum of 8 digits", name_of(item));
    *out = value;
    return 0;
}
