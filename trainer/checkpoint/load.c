/* load - finding, checking and reading checkpoints. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "trainer/checkpoint/catalog.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/shard.h"
#include "trainer/checkpoint/store.h"
#include "trainer/checkpoint/strict.h"

struct checkpoint {
    struct text path;
    struct catalog catalog;
};

static void checkpoint_drop(struct checkpoint **checkpoint)
{
    checkpoint_free(*checkpoint);
}

CLEANUP_DEFINE(checkpoint, struct checkpoint *, checkpoint_drop)

static int catalog_open(const char *directory, struct catalog *catalog, struct error *error)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    int outcome;

    text_addf(&path, "%s/%s", directory, STORE_MANIFEST);
    outcome = file_read(path.data, CATALOG_LIMIT, &content, error);
    if (outcome > 0)
        return error_set(error, "%s is missing", path.data);
    if (outcome < 0)
        return -1;
    if (catalog_read(text_string(&content), content.size, catalog, error))
        return error_prefix(error, "%s", path.data);
    return 0;
}

/* A directory that has the name of a checkpoint must hold just that one. */
static int name_check(const struct checkpoint *checkpoint, struct error *error)
{
    const char *path = checkpoint->path.data;
    const char *slash = strrchr(path, '/');
    struct store_entry entry;

    if (store_parse(slash ? slash + 1 : path, &entry))
        return 0;
    if (entry.temporary)
        return error_set(error, "%s was not finished", path);
    if (checkpoint_compare(&entry.id, &checkpoint->catalog.facts.id) != 0)
        return error_set(error, "%s/%s is that of another checkpoint", path, STORE_MANIFEST);
    return 0;
}

int checkpoint_open(const char *path, struct checkpoint **checkpoint, struct error *error)
{
    CLEAN(checkpoint) struct checkpoint *opened = memory_try(1, sizeof *opened);

    if (!opened)
        return error_set(error, "cannot open %s: out of memory", path);
    text_add(&opened->path, path);
    if (catalog_open(path, &opened->catalog, error) || name_check(opened, error))
        return -1;
    *checkpoint = TAKE(opened);
    return 0;
}

/* targets[i] is where tensor i goes, NULL = it is not wanted; `targets` is NULL when everything is
 * to be checked and nothing kept. */
static bool file_wanted(const struct catalog_place *places, size_t count, float *const *targets)
{
    for (size_t i = 0; targets && i < count; i++) {
        if (targets[places[i].tensor])
            return true;
    }
    return !targets;
}

static int file_boxes(const struct checkpoint *checkpoint,
                      size_t file,
                      float *const *targets,
                      struct error *error)
{
    const struct catalog *catalog = &checkpoint->catalog;
    size_t count = catalog_places(catalog, file, NULL);
    CLEAN_FREE struct catalog_place *places = memory_try(count, sizeof *places);
    CLEAN(shard) struct shard shard = {.descriptor = -1};

    if (!places)
        return error_set(error, "cannot read %s: out of memory", checkpoint->path.data);
    catalog_places(catalog, file, places);
    if (!file_wanted(places, count, targets))
        return 0;
    if (shard_open(&shard, checkpoint->path.data, catalog, file, error))
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct catalog_tensor *tensor = &catalog->tensors[places[i].tensor];
        float *target = targets ? targets[places[i].tensor] : NULL;

        if (targets && !target)
            continue;
        if (shard_read(&shard, tensor, &tensor->boxes[places[i].box], target, error))
            return -1;
    }
    return 0;
}

static int files_read(const struct checkpoint *checkpoint,
                      float *const *targets,
                      struct error *error)
{
    for (size_t i = 0; i < checkpoint->catalog.file_count; i++) {
        if (file_boxes(checkpoint, i, targets, error))
            return -1;
    }
    return 0;
}

int checkpoint_verify(struct checkpoint *checkpoint, struct error *error)
{
    return files_read(checkpoint, NULL, error);
}

/* Finds the tensor that is wanted, and remembers where it goes. */
static int target_set(const struct checkpoint *checkpoint,
                      const struct checkpoint_tensor *wanted,
                      float **targets,
                      struct error *error)
{
    const struct catalog *catalog = &checkpoint->catalog;
    const struct catalog_tensor *found = catalog_find(catalog, wanted->name, wanted->role);

    if (!found)
        return error_set(error,
                         "%s: there is no %s (%s)",
                         checkpoint->path.data,
                         wanted->name,
                         catalog_role(wanted->role));
    if (found->whole.dimensions != wanted->dimensions ||
        memcmp(found->whole.shape, wanted->shape, wanted->dimensions * sizeof *wanted->shape) != 0)
        return error_set(error,
                         "%s: %s (%s) has another shape",
                         checkpoint->path.data,
                         wanted->name,
                         catalog_role(wanted->role));
    targets[found - catalog->tensors] = wanted->data;
    return 0;
}

int checkpoint_load(struct checkpoint *checkpoint,
                    const struct checkpoint_tensor *tensors,
                    size_t tensor_count,
                    struct error *error)
{
    CLEAN_FREE float **targets = memory_try(checkpoint->catalog.tensor_count, sizeof *targets);

    if (!targets)
        return error_set(error, "cannot read %s: out of memory", checkpoint->path.data);
    for (size_t i = 0; i < tensor_count; i++) {
        if (target_set(checkpoint, &tensors[i], targets, error))
            return -1;
    }
    return files_read(checkpoint, targets, error);
}

/* Opens and verifies one. */
static int candidate_open(const char *path, struct checkpoint **checkpoint, struct error *error)
{
    CLEAN(checkpoint) struct checkpoint *opened = NULL;

    if (checkpoint_open(path, &opened, error) || checkpoint_verify(opened, error))
        return -1;
    *checkpoint = TAKE(opened);
    return 0;
}

int checkpoint_newest(const char *directory,
                      const struct checkpoint_skip *skip,
                      struct checkpoint **checkpoint,
                      struct error *error)
{
    CLEAN(store) struct store_list list = {0};
    struct error reason = {""};
    int outcome = store_list(directory, &list, error);
    int seen = 0;

    if (outcome)
        return outcome;
    for (size_t i = 0; i < list.count; i++) {
        CLEAN(text) struct text path = {0};

        if (list.entries[i].temporary)
            continue;
        store_path(directory, &list.entries[i], &path);
        if (candidate_open(path.data, checkpoint, &reason) == 0)
            return 0;
        if (skip && skip->call)
            skip->call(skip->context, path.data, reason.text);
        seen++;
    }
    if (!seen)
        return 1;
    return error_set(error, "none of the %d checkpoints below %s is sound", seen, directory);
}

const struct checkpoint_facts *checkpoint_facts(const struct checkpoint *checkpoint)
{
    return &checkpoint->catalog.facts;
}

const char *checkpoint_path(const struct checkpoint *checkpoint)
{
    return checkpoint->path.data;
}

void checkpoint_free(struct checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    text_done(&checkpoint->path);
    catalog_done(&checkpoint->catalog);
    free(checkpoint);
}
