/* Any bytes as an HTTP request: refused or understood, the path always ended and in bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_request request;

    if (size > HTTP_LIMIT)
        return 0;
    if (http_read((const char *)data, size, &request) == 0 && request.status == 0 &&
        (request.path[0] != '/' || strlen(request.path) >= HTTP_PATH))
        abort();
    return 0;
}
