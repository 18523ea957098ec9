/* store - the directory that holds the checkpoints of a job: names, listing, retention. */
#ifndef TRAINER_STORE_H
#define TRAINER_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "trainer/checkpoint/checkpoint.h"

#define STORE_MANIFEST "manifest.json"

struct store_entry {
    struct checkpoint_id id;
    bool temporary; /* being written, or left over */
};

/* Zero-initialise to begin. */
struct store_list {
    struct store_entry *entries; /* newest first */
    size_t count;
    size_t capacity;
};

/* Adds the name: "step-00001000.ATTEMPT.GENERATION", and ".tmp" if temporary. */
void store_name(const struct store_entry *entry, struct text *out);

/* Adds the path of an entry in a directory of checkpoints. */
void store_path(const char *directory, const struct store_entry *entry, struct text *out);

/* Reads a name. Returns 0, or 1 when it is not one that store_name writes. */
int store_parse(const char *name, struct store_entry *entry);

/* Lists checkpoints and temporaries; other names are none of its business. Returns 0; 1 when there
 * is no such directory; -1. After 0, store_done is owed. */
int store_list(const char *directory, struct store_list *list, struct error *error);

/* Removes what `id` makes superfluous: checkpoints beyond the `keep` newest of its and lower pairs
 * of attempt and generation, and temporaries of these pairs. Nothing of a higher pair is touched
 * or counted. Something that cannot be removed stays until the next time. */
void store_clean(const char *directory, const struct checkpoint_id *id, int keep);

void store_done(struct store_list *list);

CLEANUP_DEFINE(store, struct store_list, store_done)

#endif
