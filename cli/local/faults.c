/* faults - a list of things to kill or stop. */
#include "cli/local/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define ALLOWED                                                                                    \
    "rank:R, agent:S, slot:S, pod:S, drain:S or lead, then @step=N or @SECONDSs, then nothing or " \
    "/SECONDSs"
#define SECOND 1e9

#define SECONDS_MOST 1e6

static const struct {
    const char *name;
    enum fault_target target;
    bool indexed;
} targets[] = {{"rank", FAULT_RANK, true},
               {"agent", FAULT_AGENT, true},
               {"slot", FAULT_SLOT, true},
               {"pod", FAULT_POD, true},
               {"lead", FAULT_LEAD, false},
               {"drain", FAULT_DRAIN, true}};

#define TARGETS (sizeof targets / sizeof *targets)

static int seconds_parse(const char *text, int64_t *nanoseconds)
{
    char *end;
    double seconds = strtod(text, &end);

    /* strtod takes spaces, signs, exponents and words too. */
    if (end == text || (size_t)(end - text) != strspn(text, "0123456789.") || strcmp(end, "s") ||
        seconds > SECONDS_MOST)
        return 1;
    *nanoseconds = (int64_t)(seconds * SECOND);
    return 0;
}

static int when_parse(char *when, struct fault_entry *entry)
{
    char *length = strchr(when, '/');

    entry->step = -1;
    if (length) {
        *length++ = '\0';
        if (seconds_parse(length, &entry->length) || !entry->length)
            return 1;
    }
    if (!strncmp(when, "step=", 5))
        return text_integer(when + 5, 1, INT64_MAX, &entry->step);
    return seconds_parse(when, &entry->after);
}

static int target_parse(char *what, struct fault_entry *entry)
{
    char *colon = strchr(what, ':');
    int64_t index = 0;

    if (colon)
        *colon = '\0';
    for (size_t i = 0; i < TARGETS; i++) {
        if (strcmp(what, targets[i].name))
            continue;
        if (targets[i].indexed != (colon != NULL) ||
            (colon && text_integer(colon + 1, 0, UINT32_MAX, &index)))
            return 1;
        entry->target = targets[i].target;
        entry->index = (uint32_t)index;
        return 0;
    }
    return 1;
}

static int entry_parse(const char *text,
                       uint32_t slots,
                       uint32_t ranks,
                       struct fault_entry *entry,
                       struct error *error)
{
    char what[64];
    char when[128];
    const char *at = strchr(text, '@');
    uint32_t bound;

    *entry = (struct fault_entry){0};
    if (!at || (size_t)(at - text) >= sizeof what)
        return error_set(error, "'%s' is not a fault: allowed are %s", text, ALLOWED);
    snprintf(what, sizeof what, "%.*s", (int)(at - text), text);
    snprintf(when, sizeof when, "%s", at + 1);
    if (target_parse(what, entry) || when_parse(when, entry) ||
        (entry->target == FAULT_DRAIN && entry->length))
        return error_set(error, "'%s' is not a fault: allowed are %s", text, ALLOWED);
    bound = entry->target == FAULT_RANK ? ranks : slots;
    if (entry->index >= bound)
        return error_set(error, "'%s': there are only 0 to %u", text, (unsigned)bound - 1);
    return 0;
}

int faults_parse(
    struct faults *faults, const char *list, uint32_t slots, uint32_t ranks, struct error *error)
{
    struct faults parsed = {.count = 0};
    char word[128];

    while (*list) {
        size_t length = strcspn(list, ",");

        if (length >= sizeof word)
            return error_set(error, "'%.40s...' is not a fault", list);
        if (parsed.count == FAULTS_MOST)
            return error_set(error, "more than %d faults", FAULTS_MOST);
        snprintf(word, sizeof word, "%.*s", (int)length, list);
        if (entry_parse(word, slots, ranks, &parsed.entries[parsed.count++], error))
            return -1;
        list += length;
        if (!strcmp(list, ","))
            return error_set(error, "a fault is missing after the last comma");
        list += *list == ',';
    }
    *faults = parsed;
    return 0;
}

struct fault_entry *faults_due(struct faults *faults, int64_t step, int64_t since)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        struct fault_entry *entry = &faults->entries[i];

        if (entry->done)
            continue;
        if (entry->step >= 0 ? step >= entry->step : since >= 0 && since >= entry->after)
            return entry;
    }
    return NULL;
}

struct fault_entry *faults_over(struct faults *faults, int64_t now)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        struct fault_entry *entry = &faults->entries[i];

        if (entry->done && entry->length && !entry->resumed && now - entry->struck >= entry->length)
            return entry;
    }
    return NULL;
}

void faults_name(const struct fault_entry *entry, char *out, unsigned size)
{
    const char *name = targets[0].name;

    for (size_t i = 0; i < TARGETS; i++) {
        if (targets[i].target == entry->target)
            name = targets[i].name;
    }
    if (entry->target == FAULT_DRAIN)
        name = "slot";
    if (entry->target == FAULT_LEAD)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, "%s %u", name, (unsigned)entry->index);
}
