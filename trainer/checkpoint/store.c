/* store - names of checkpoints, and which of them to keep. */
#include "trainer/checkpoint/store.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "wire/fence.h"

#define TEMPORARY ".tmp"

static int pair_compare(const struct checkpoint_id *a, const struct checkpoint_id *b)
{
    return fence_compare(&(struct fence){a->attempt, a->generation},
                         &(struct fence){b->attempt, b->generation});
}

int checkpoint_compare(const struct checkpoint_id *a, const struct checkpoint_id *b)
{
    int pairs = pair_compare(a, b);

    return pairs ? pairs : (a->step > b->step) - (a->step < b->step);
}

void store_name(const struct store_entry *entry, struct text *out)
{
    text_addf(out,
              "step-%08" PRId64 ".%" PRIu32 ".%" PRIu64 "%s",
              entry->id.step,
              entry->id.attempt,
              entry->id.generation,
              entry->temporary ? TEMPORARY : "");
}

void store_path(const char *directory, const struct store_entry *entry, struct text *out)
{
    text_addf(out, "%s/", directory);
    store_name(entry, out);
}

int store_parse(const char *name, struct store_entry *entry)
{
    CLEAN(text) struct text again = {0};
    struct store_entry found = {.temporary = false};
    int length = 0;

    if (sscanf(name,
               "step-%" SCNd64 ".%" SCNu32 ".%" SCNu64 "%n",
               &found.id.step,
               &found.id.attempt,
               &found.id.generation,
               &length) != 3)
        return 1;
    found.temporary = name[length] != '\0';
    store_name(&found, &again);
    if (found.id.step < 0 || strcmp(again.data, name) != 0)
        return 1;
    *entry = found;
    return 0;
}

static int newest_first(const void *left, const void *right)
{
    const struct store_entry *a = left;
    const struct store_entry *b = right;

    return checkpoint_compare(&b->id, &a->id);
}

/* Returns 0, or -1 with errno. */
static int list_fill(DIR *directory, struct store_list *list)
{
    const struct dirent *name;

    while (errno = 0, (name = readdir(directory)) != NULL) {
        struct store_entry entry;

        if (store_parse(name->d_name, &entry))
            continue;
        memory_grow(&list->entries, &list->capacity, list->count + 1, sizeof entry);
        list->entries[list->count++] = entry;
    }
    return errno ? -1 : 0;
}

int store_list(const char *directory, struct store_list *list, struct error *error)
{
    CLEAN(store) struct store_list found = {0};
    DIR *opened = opendir(directory);
    int outcome;

    if (!opened && errno == ENOENT)
        return 1;
    if (!opened)
        return error_errno(error, "cannot open %s", directory);
    outcome = list_fill(opened, &found);
    if (outcome)
        error_errno(error, "cannot list %s", directory);
    closedir(opened);
    if (outcome)
        return -1;
    if (found.count)
        qsort(found.entries, found.count, sizeof *found.entries, newest_first);
    *list = found;
    found = (struct store_list){0};
    return 0;
}

/* A checkpoint first becomes a temporary, so that a kill in between leaves no half of one. */
static void entry_remove(const char *directory, const struct store_entry *entry)
{
    struct store_entry temporary = {entry->id, true};
    CLEAN(text) struct text from = {0};
    CLEAN(text) struct text to = {0};

    store_path(directory, entry, &from);
    store_path(directory, &temporary, &to);
    file_remove_tree(to.data, NULL);
    if (!entry->temporary && rename(from.data, to.data) == 0)
        file_remove_tree(to.data, NULL);
}

void store_clean(const char *directory, const struct checkpoint_id *id, int keep)
{
    CLEAN(store) struct store_list list = {0};
    int seen = 0;

    if (store_list(directory, &list, NULL))
        return;
    for (size_t i = 0; i < list.count; i++) {
        const struct store_entry *entry = &list.entries[i];

        if (pair_compare(&entry->id, id) > 0)
            continue;
        if (entry->temporary || ++seen > keep)
            entry_remove(directory, entry);
    }
}

void store_done(struct store_list *list)
{
    free(list->entries);
    *list = (struct store_list){0};
}
