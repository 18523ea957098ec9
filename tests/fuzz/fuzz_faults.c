/* Any text as a list of faults: refused with a reason and nothing changed, or within its bounds and
 * read back as the same from a list written anew. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/local/faults.h"

#define SLOTS  3
#define RANKS  12
#define SECOND 1000000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void entry_print(const struct fault_entry *entry, struct text *out)
{
    char name[32];

    if (entry->target == FAULT_DRAIN) /* named by what is drained */
        snprintf(name, sizeof name, "drain %u", (unsigned)entry->index);
    else
        faults_name(entry, name, sizeof name);
    if (strchr(name, ' '))
        *strchr(name, ' ') = ':';
    text_addf(out, "%s%s@", out->size ? "," : "", name);
    if (entry->step >= 0)
        text_addf(out, "step=%" PRId64, entry->step);
    else
        text_addf(out, "%" PRId64 ".%09" PRId64 "s", entry->after / SECOND, entry->after % SECOND);
    if (entry->length)
        text_addf(
            out, "/%" PRId64 ".%09" PRId64 "s", entry->length / SECOND, entry->length % SECOND);
}

static int same(const struct fault_entry *a, const struct fault_entry *b)
{
    return a->target == b->target && a->index == b->index && a->step == b->step &&
           llabs(a->length - b->length) <= 1 &&
           llabs(a->after - b->after) <= 1; /* a decimal fraction is no whole number of them */
}

static void list_check(const struct faults *faults)
{
    CLEAN(text) struct text again = {0};
    CLEAN_FREE struct faults *second = memory_get(1, sizeof *second);

    if (faults->count > FAULTS_MOST)
        abort();
    for (uint32_t i = 0; i < faults->count; i++) {
        const struct fault_entry *entry = &faults->entries[i];

        if (entry->index >= (entry->target == FAULT_RANK ? RANKS : SLOTS) || entry->after < 0)
            abort();
        entry_print(entry, &again);
    }
    if (faults_parse(second, text_string(&again), SLOTS, RANKS, NULL) ||
        second->count != faults->count)
        abort();
    for (uint32_t i = 0; i < faults->count; i++) {
        if (!same(&faults->entries[i], &second->entries[i]))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN_FREE char *list = memory_get(size + 1, 1);
    CLEAN_FREE struct faults *faults = memory_get(1, sizeof *faults);
    struct error error = {""};

    if (size)
        memcpy(list, data, size);
    if (faults_parse(faults, list, SLOTS, RANKS, &error) == 0)
        list_check(faults);
    else if (!error.text[0] || faults->count)
        abort();
    return 0;
}
