/* tail - the last 64 KiB that a process has said, for whoever asks what went wrong. Pure. */
#ifndef AGENT_TAIL_H
#define AGENT_TAIL_H

#include <stddef.h>

#define TAIL_SIZE 65536

/* Zero-initialise to begin. */
struct tail {
    size_t total; /* bytes that were ever added */
    char bytes[TAIL_SIZE];
};

void tail_add(struct tail *tail, const char *bytes, size_t size);

/* Forgets everything. */
void tail_clear(struct tail *tail);

/* Puts the newest lines that fit whole into `out` (`size` bytes with the zero byte), the oldest of
 * them first, " | " between them; of a newest one that does not fit, its beginning. Empty lines are
 * passed over; what cannot be shown becomes '?', and white space one space. "" when nothing was
 * said. */
void tail_words(const struct tail *tail, char *out, size_t size);

#endif
