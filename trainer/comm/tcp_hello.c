/* tcp_hello - writing and judging the first bytes of a connection. */
#include "trainer/comm/tcp_hello.h"

#include <string.h>

#include "base/bytes.h"

#define MAGIC   0x5254534du /* "MSTR" */
#define VERSION 1u

_Static_assert(24 + TCP_SECRET == TCP_HELLO, "the layout is the header's");

void tcp_hello_write(unsigned char bytes[TCP_HELLO], const struct tcp_hello *hello)
{
    bytes_put32(bytes, MAGIC);
    bytes_put32(bytes + 4, VERSION);
    bytes_put64(bytes + 8, hello->generation);
    bytes_put32(bytes + 16, hello->rank);
    bytes_put32(bytes + 20, hello->size);
    memcpy(bytes + 24, hello->secret, TCP_SECRET);
}

/* Returns 0 when the secrets are equal. Looks at every byte in any case. */
static int secret_differs(const unsigned char *a, const unsigned char *b)
{
    volatile unsigned char difference = 0;

    for (int i = 0; i < TCP_SECRET; i++)
        difference |= a[i] ^ b[i];
    return difference;
}

int tcp_hello_read(const unsigned char bytes[TCP_HELLO],
                   const struct tcp_hello *expected,
                   int *rank)
{
    uint32_t from = bytes_get32(bytes + 16);

    if (secret_differs(bytes + 24, expected->secret))
        return 1;
    if (bytes_get32(bytes) != MAGIC || bytes_get32(bytes + 4) != VERSION)
        return 1;
    if (bytes_get64(bytes + 8) != expected->generation)
        return 1;
    if (bytes_get32(bytes + 20) != expected->size || from >= expected->size)
        return 1;
    *rank = (int)from;
    return 0;
}
