/* Any bytes as the number of an attempt and as a verdict: refused, or nothing of them is lost. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/local/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void attempt_check(const struct text *content)
{
    CLEAN(text) struct text printed = {0};
    uint32_t attempt;
    uint32_t again;

    if (record_attempt(content, &attempt))
        return;
    text_addf(&printed, "%u\n", (unsigned)attempt);
    if (record_attempt(&printed, &again) || again != attempt)
        abort();
}

static void verdict_check(const struct text *content)
{
    CLEAN(text) struct text outcome = {0};
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text whole = {0};

    if (record_verdict(content, &outcome, &text))
        return;
    text_addf(&whole, "%s\n%s", outcome.data, text.data);
    if (whole.size < content->size)
        text_add(&whole, "\n");
    if (!outcome.size || strchr(outcome.data, '\n') || strcmp(whole.data, content->data) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(text) struct text content = {0};

    text_add_bytes(&content, data, size);
    attempt_check(&content);
    verdict_check(&content);
    return 0;
}
