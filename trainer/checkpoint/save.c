/* save - writing a checkpoint so that it is there whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "trainer/checkpoint/catalog.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/shard.h"
#include "trainer/checkpoint/store.h"
#include "wire/fence.h"

#define FILE_NAME "rank-000.safetensors"

/* A checkpoint that is being written. */
struct save {
    const char *directory;
    struct catalog catalog;
    const float **data; /* one a tensor of the manifest */
    struct text path;
    struct text temporary;
};

static void save_done(struct save *save)
{
    catalog_done(&save->catalog);
    free(save->data);
    text_done(&save->path);
    text_done(&save->temporary);
}

CLEANUP_DEFINE(save, struct save, save_done)

/* One tensor in one box: this process holds it whole. */
static int tensor_plan(const struct checkpoint_tensor *tensor,
                       struct catalog_tensor *plan,
                       struct error *error)
{
    if (!catalog_name_valid(tensor->name))
        return error_set(error, "a tensor cannot be named '%s'", tensor->name);
    memcpy(plan->name, tensor->name, sizeof plan->name);
    plan->role = tensor->role;
    plan->whole.dimensions = tensor->dimensions;
    memcpy(plan->whole.shape, tensor->shape, sizeof plan->whole.shape);
    if (!box_elements(&plan->whole))
        return error_set(error, "tensor %s cannot have its shape", tensor->name);
    plan->boxes = memory_try(1, sizeof *plan->boxes);
    if (!plan->boxes)
        return error_set(error, "out of memory for a checkpoint");
    plan->box_count = 1;
    plan->boxes[0].box = plan->whole;
    if (tensor->role == ROLE_PARAM)
        snprintf(plan->boxes[0].key, CATALOG_KEY, "%s", tensor->name);
    else
        snprintf(
            plan->boxes[0].key, CATALOG_KEY, "%s:%s", tensor->name, catalog_role(tensor->role));
    return 0;
}

/* What could not be read back is not written. */
static int plan_check(const struct catalog *catalog, struct error *error)
{
    CLEAN(catalog) struct catalog again = {.files = NULL};
    CLEAN(text) struct text text = {0};

    catalog_write(catalog, &text);
    return catalog_read(text.data, text.size, &again, error);
}

/* Plans a single file. */
static int save_plan(struct save *save,
                     const struct checkpoint_facts *facts,
                     const struct checkpoint_tensor *tensors,
                     size_t count,
                     struct error *error)
{
    struct catalog *catalog = &save->catalog;

    if (catalog_take_facts(catalog, facts, error))
        return -1;
    save->data = memory_try(count, sizeof *save->data);
    catalog->files = memory_try(1, sizeof *catalog->files);
    catalog->tensors = memory_try(count, sizeof *catalog->tensors);
    if (!save->data || !catalog->files || !catalog->tensors)
        return error_set(error, "out of memory for a checkpoint");
    catalog->file_count = 1;
    memcpy(catalog->files[0].name, FILE_NAME, sizeof FILE_NAME);
    for (size_t i = 0; i < count; i++) {
        save->data[i] = tensors[i].data;
        if (tensor_plan(&tensors[i], &catalog->tensors[catalog->tensor_count++], error))
            return -1;
    }
    return plan_check(catalog, error);
}

/* A writer of an older generation stops here. */
static int save_fenced(const struct save *save, struct error *error)
{
    const struct checkpoint_id *id = &save->catalog.facts.id;
    struct fence own = {id->attempt, id->generation};
    struct fence found;
    int outcome = fence_read(save->directory, &found, error);

    if (outcome < 0)
        return -1;
    if (outcome == 0 && fence_compare(&found, &own) > 0)
        return error_set(error,
                         "%s belongs to attempt %u, generation %llu by now",
                         save->directory,
                         found.attempt,
                         (unsigned long long)found.generation);
    return 0;
}

static int save_files(struct save *save, struct error *error)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};

    if (file_remove_tree(save->temporary.data, error))
        return -1;
    if (mkdir(save->temporary.data, 0755))
        return error_errno(error, "cannot create directory %s", save->temporary.data);
    for (size_t i = 0; i < save->catalog.file_count; i++) {
        if (shard_write(save->temporary.data, &save->catalog, i, save->data, error))
            return -1;
    }
    text_addf(&path, "%s/%s", save->temporary.data, STORE_MANIFEST);
    catalog_write(&save->catalog, &content);
    return file_write(path.data, content.data, content.size, error);
}

/* The rename is the commit; a checkpoint of the same id changes places with the new one and goes.
 * The manifest's own write has made the names below it durable. */
static int save_commit(const struct save *save, struct error *error)
{
    const char *from = save->temporary.data;
    const char *to = save->path.data;
    int failed;

    if (save_fenced(save, error))
        return -1;
    failed = rename(from, to);
    if (failed && (errno == ENOTEMPTY || errno == EEXIST))
        failed = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE);
    if (failed)
        return error_errno(error, "cannot rename %s", from);
    return file_sync_directory(save->directory, error);
}

static void save_names(struct save *save)
{
    struct store_entry entry = {save->catalog.facts.id, false};

    store_path(save->directory, &entry, &save->path);
    text_addf(&save->temporary, "%s.tmp", save->path.data);
}

int checkpoint_save(const struct checkpoint_store *store,
                    const struct checkpoint_facts *facts,
                    const struct checkpoint_tensor *tensors,
                    size_t tensor_count,
                    struct text *path,
                    struct error *error)
{
    CLEAN(save) struct save save = {.directory = store->directory};
    bool failed;

    if (save_plan(&save, facts, tensors, tensor_count, error))
        return error_prefix(error, "cannot save a checkpoint");
    save_names(&save);
    if (file_make_directories(store->directory, error) || save_fenced(&save, error))
        return -1;
    failed = save_files(&save, error) || save_commit(&save, error);
    file_remove_tree(save.temporary.data, NULL);
    if (failed)
        return -1;
    store_clean(store->directory, &facts->id, store->keep);
    if (path)
        text_add(path, save.path.data);
    return 0;
}
