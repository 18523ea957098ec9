/* Any bytes as a Status: no Status, or texts that are ended, in bounds and fit on a line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "kube/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void line_check(const char *text, size_t capacity)
{
    if (strnlen(text, capacity) == capacity || !utf8_line(text))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct refusal refusal;

    if (refusal_read((const char *)data, size, &refusal))
        return 0;
    if (refusal.cause_count > REFUSAL_CAUSES || answer_classify_refusal(&refusal) >= ANSWER_CLASSES)
        abort();
    line_check(refusal.reason, sizeof refusal.reason);
    line_check(refusal.message, sizeof refusal.message);
    for (size_t i = 0; i < refusal.cause_count; i++) {
        line_check(refusal.causes[i].reason, sizeof refusal.causes[i].reason);
        line_check(refusal.causes[i].field, sizeof refusal.causes[i].field);
        line_check(refusal.causes[i].message, sizeof refusal.causes[i].message);
    }
    return 0;
}
