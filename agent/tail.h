/* tail - the last 64 KiB that a process has said, for whoever asks what went wrong. Pure.
 *
 * One process adds; others that share the memory may copy at the same time. */
#ifndef AGENT_TAIL_H
#define AGENT_TAIL_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/text.h"

#define TAIL_SIZE 65536

/* Zero-initialise to begin. */
struct tail {
    _Atomic size_t begun; /* bytes that were ever added, with those that are just being */
    _Atomic size_t total; /* without those */
    size_t first;         /* of these counts as what was said; earlier ones are another life's */
    char bytes[TAIL_SIZE];
};

void tail_add(struct tail *tail, const char *bytes, size_t size);

/* What was said so far was another life's: tail_words does not quote it any more. */
void tail_clear(struct tail *tail);

/* Adds all bytes that are kept, also of earlier lives. What is overwritten meanwhile is left out.
 */
void tail_copy(const struct tail *tail, struct text *out);

/* Puts the newest lines that fit whole into `out` (`size` bytes with the zero byte), the oldest of
 * them first, " | " between them; of a newest one that does not fit, its beginning. Empty lines are
 * passed over; what cannot be shown becomes '?', and white space one space. "" when nothing was
 * said. */
void tail_words(const struct tail *tail, char *out, size_t size);

#endif
