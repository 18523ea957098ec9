/* What a probe of accelerators writes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/health.h"
#include "agent/message.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct health_event event;

    if (health_read((const char *)data, size, &event, NULL))
        return 0;
    if (event.gpu >= MESSAGE_RANKS || (event.gpu < 0) != (event.uuid[0] != '\0') ||
        event.action >= HEALTH_ACTIONS || strlen(event.text) >= HEALTH_TEXT ||
        !utf8_line(event.uuid) || !utf8_line(event.text))
        abort();
    return 0;
}
