/* Any text as the history or the model of a checkpoint: refused, or it prints and reads back as the
 * same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "trainer/model/spec.h"
#include "trainer/train/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void history_check(const char *json)
{
    CLEAN(text) struct text once = {0};
    CLEAN(text) struct text twice = {0};
    struct history history;

    if (history_read(json, &history, NULL))
        return;
    if (history.count > HISTORY_EPOCHS)
        abort();
    history_print(&history, &once);
    if (history_read(once.data, &history, NULL))
        abort();
    history_print(&history, &twice);
    if (strcmp(once.data, twice.data) != 0)
        abort();
}

static void spec_check(const char *json)
{
    CLEAN(text) struct text printed = {0};
    CLEAN(text) struct text difference = {0};
    struct training_model model;
    struct training_model again;

    if (spec_read(json, &model, NULL))
        return;
    training_model_print(&model, &printed);
    if (spec_read(printed.data, &again, NULL) || spec_compare(&again, &model, &difference))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN_FREE char *json = memory_get(size + 1, 1);

    if (size)
        memcpy(json, data, size);
    history_check(json);
    spec_check(json);
    return 0;
}
