/* Any bytes as the manifest of a checkpoint, with a right checksum added: refused, or a value that
 * is written and read again as the same text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trainer/checkpoint/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text once = {0};
    CLEAN(text) struct text twice = {0};
    CLEAN(catalog) struct catalog first = {.files = NULL};
    CLEAN(catalog) struct catalog second = {.files = NULL};

    text_add_bytes(&text, data, size);
    catalog_seal(&text);
    if (catalog_read(text.data, text.size, &first, NULL))
        return 0;
    catalog_write(&first, &once);
    if (catalog_read(once.data, once.size, &second, NULL))
        abort();
    catalog_write(&second, &twice);
    if (once.size != twice.size || memcmp(once.data, twice.data, once.size) != 0)
        abort();
    return 0;
}
