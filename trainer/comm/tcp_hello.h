/* tcp_hello - the first bytes on a connection between two ranks, in both directions. Pure.
 *
 * Each side shows the secret that the other has put into its blob, so both know that they speak
 * with a member of the same generation. A hello is: magic (4 bytes), version (4), generation (8),
 * rank of the sender (4), ranks in all (4), secret of the receiver (16); integers little-endian. */
#ifndef TRAINER_TCP_HELLO_H
#define TRAINER_TCP_HELLO_H

#include <stdint.h>

#define TCP_HELLO  40 /* bytes */
#define TCP_SECRET 16

struct tcp_hello {
    uint64_t generation;
    uint32_t rank; /* of who says it */
    uint32_t size;
    unsigned char secret[TCP_SECRET]; /* of who hears it */
};

void tcp_hello_write(unsigned char bytes[TCP_HELLO], const struct tcp_hello *hello);

/* Reads a hello and compares it with `expected` in all but the rank; the secret in a time that does
 * not depend on it. Returns 0 with `rank` below the size, or 1 when a stranger said it. */
int tcp_hello_read(const unsigned char bytes[TCP_HELLO],
                   const struct tcp_hello *expected,
                   int *rank);

#endif
