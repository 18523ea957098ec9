/* Any bytes as a blob: refused, or a contact that is written back as the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trainer/comm/tcp_blob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tcp_blob blob = {.size = size};
    struct tcp_blob again = {.size = 0};
    struct tcp_contact contact;

    if (size <= TCP_BLOB)
        memcpy(blob.bytes, data, size);
    if (tcp_blob_read(&blob, &contact, NULL))
        return 0;
    tcp_blob_write(&again, &contact);
    if (again.size != blob.size || memcmp(again.bytes, blob.bytes, blob.size) != 0)
        abort();
    return 0;
}
