/* Hellos: one that is right in every bit is let in. */
#include "trainer/comm/tcp_hello.h"

#include <string.h>

#include "support/check.h"

static const struct tcp_hello right = {
    .generation = 0x1122334455667788, .rank = 3, .size = 5, .secret = "0123456789abcde"};

static void the_layout_is_the_documented_one(void)
{
    static const unsigned char bytes[TCP_HELLO] =
        "MSTR\1\0\0\0\x88\x77\x66\x55\x44\x33\x22\x11\3\0\0\0\5\0\0\0000123456789abcde";
    unsigned char written[TCP_HELLO];

    tcp_hello_write(written, &right);
    CU_ASSERT(!memcmp(written, bytes, sizeof bytes));
}

static void every_flipped_bit_but_those_of_the_rank_makes_a_stranger(void)
{
    unsigned char bytes[TCP_HELLO];
    int rank = -1;

    tcp_hello_write(bytes, &right);
    CU_ASSERT(tcp_hello_read(bytes, &right, &rank) == 0 && rank == 3);
    for (int bit = 0; bit < 8 * TCP_HELLO; bit++) {
        int outcome;

        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        rank = -1;
        outcome = tcp_hello_read(bytes, &right, &rank);
        if (bit / 8 == 16 && outcome == 0)
            CU_ASSERT(rank >= 0 && rank < 5 && rank == (3 ^ 1 << bit % 8));
        if (bit / 8 != 16 || outcome)
            CU_ASSERT(outcome == 1 && rank == -1);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

SUITE("trainer tcp hello",
      {"the layout is the documented one", the_layout_is_the_documented_one},
      {"every flipped bit but those of the rank makes a stranger",
       every_flipped_bit_but_those_of_the_rank_makes_a_stranger})
