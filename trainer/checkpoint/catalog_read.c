/* catalog_read - strict, bounded reading of manifest.json. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "trainer/checkpoint/catalog.h"
#include "trainer/checkpoint/strict.h"
#include "trainer/core/crc32c.h"

/* Checks the last member against everything before it. */
static int seal_check(const char *text, size_t size, struct error *error)
{
    char seal[64];
    size_t length = (size_t)snprintf(seal, sizeof seal, CATALOG_SEAL, (uint32_t)0);

    if (size > CATALOG_LIMIT)
        return error_set(error, "it is larger than the %zu bytes allowed", CATALOG_LIMIT);
    if (size < length)
        return error_set(error, "it is cut off");
    snprintf(seal, sizeof seal, CATALOG_SEAL, crc32c(0, text, size - length));
    if (memcmp(text + size - length, seal, length) != 0)
        return error_set(error, "its checksum differs");
    return 0;
}

static int format_check(const cJSON *json, struct error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, "format");
    int64_t format;

    if (!item)
        return error_set(error, "it names no format version");
    if (strict_signed(item, 0, INT64_MAX, &format, error))
        return -1;
    if (format != CATALOG_FORMAT)
        return error_set(
            error, "format version %" PRId64 " is not known, only %d", format, CATALOG_FORMAT);
    return 0;
}

/* A plain name: no path, no hidden file. */
static int file_name_read(const cJSON *item, char *out, struct error *error)
{
    if (strict_text(item, out, CATALOG_NAME, error))
        return -1;
    if (!catalog_name_valid(out) || strchr(out, '/') || out[0] == '.')
        return error_set(error, "a file is named '%s'", out);
    return 0;
}

static int file_find(const struct catalog *catalog, const char *name, size_t *index)
{
    for (size_t i = 0; i < catalog->file_count; i++) {
        if (strcmp(catalog->files[i].name, name) == 0) {
            *index = i;
            return 0;
        }
    }
    return 1;
}

static int file_read_one(const cJSON *item, struct catalog *catalog, struct error *error)
{
    static const char *const names[] = {"name", "bytes", "headerCrc32c", NULL};
    struct catalog_file *file = &catalog->files[catalog->file_count];
    const cJSON *members[3];
    size_t there;

    if (strict_members(item, names, members, error) ||
        file_name_read(members[0], file->name, error) ||
        strict_signed(members[1], 0, INT64_MAX, &file->bytes, error) ||
        strict_crc(members[2], &file->header_crc, error))
        return -1;
    if (file_find(catalog, file->name, &there) == 0)
        return error_set(error, "file %s is there twice", file->name);
    catalog->file_count++;
    return 0;
}

static int files_read(const cJSON *item, struct catalog *catalog, struct error *error)
{
    size_t count;

    if (strict_array(item, CATALOG_FILES, &count, error))
        return -1;
    catalog->files = memory_try(count, sizeof *catalog->files);
    if (!catalog->files)
        return error_set(error, "out of memory for %zu files", count);
    for (const cJSON *child = item->child; child; child = child->next) {
        if (file_read_one(child, catalog, error))
            return error_prefix(error, "files");
    }
    return 0;
}

static int box_read(const cJSON *item,
                    const struct catalog *catalog,
                    struct catalog_box *out,
                    struct error *error)
{
    static const char *const names[] = {"file", "key", "offset", "shape", "crc32c", NULL};
    const cJSON *members[5];
    char file[CATALOG_NAME];
    size_t offsets;

    if (strict_members(item, names, members, error) || file_name_read(members[0], file, error) ||
        strict_text(members[1], out->key, sizeof out->key, error) ||
        strict_numbers(members[2], 0, BOX_DIMENSIONS, out->box.offset, &offsets, error) ||
        strict_numbers(
            members[3], 1, BOX_DIMENSIONS, out->box.shape, &out->box.dimensions, error) ||
        strict_crc(members[4], &out->crc, error))
        return -1;
    if (offsets != out->box.dimensions)
        return error_set(error, "offset and shape have not the same length");
    if (file_find(catalog, file, &out->file))
        return error_set(error, "file %s is not listed", file);
    return 0;
}

/* The boxes are the tensor, no more and no less. */
static int boxes_check(const struct catalog_tensor *tensor, struct error *error)
{
    CLEAN_FREE struct box *boxes = memory_try(tensor->box_count, sizeof *boxes);

    if (!boxes)
        return error_set(error, "out of memory for %zu boxes", tensor->box_count);
    for (size_t i = 0; i < tensor->box_count; i++)
        boxes[i] = tensor->boxes[i].box;
    return box_tile(&tensor->whole, boxes, tensor->box_count, error);
}

static int boxes_read(const cJSON *item,
                      const struct catalog *catalog,
                      struct catalog_tensor *tensor,
                      struct error *error)
{
    size_t count;
    size_t i = 0;

    if (strict_array(item, CATALOG_BOXES, &count, error))
        return -1;
    tensor->boxes = memory_try(count, sizeof *tensor->boxes);
    if (!tensor->boxes)
        return error_set(error, "out of memory for %zu boxes", count);
    tensor->box_count = count;
    for (const cJSON *child = item->child; child; child = child->next, i++) {
        if (box_read(child, catalog, &tensor->boxes[i], error))
            return error_prefix(error, "box %zu", i);
    }
    return boxes_check(tensor, error);
}

static int role_read(const cJSON *item, enum checkpoint_role *role, struct error *error)
{
    char text[16];

    if (strict_text(item, text, sizeof text, error))
        return -1;
    for (int i = ROLE_PARAM; i <= ROLE_V; i++) {
        if (strcmp(catalog_role((enum checkpoint_role)i), text) == 0) {
            *role = (enum checkpoint_role)i;
            return 0;
        }
    }
    return error_set(error, "role %s is not known", text);
}

static int tensor_read(const cJSON *item,
                       const struct catalog *catalog,
                       struct catalog_tensor *out,
                       struct error *error)
{
    static const char *const names[] = {"name", "role", "dtype", "shape", "boxes", NULL};
    const cJSON *members[5];
    char dtype[16];

    if (strict_members(item, names, members, error) ||
        strict_text(members[0], out->name, sizeof out->name, error) ||
        role_read(members[1], &out->role, error) ||
        strict_text(members[2], dtype, sizeof dtype, error) ||
        strict_numbers(
            members[3], 1, BOX_DIMENSIONS, out->whole.shape, &out->whole.dimensions, error))
        return -1;
    if (!catalog_name_valid(out->name))
        return error_set(error, "a tensor is named '%s'", out->name);
    if (strcmp(dtype, "F32") != 0)
        return error_set(error, "%s: dtype %s is not known", out->name, dtype);
    if (!box_elements(&out->whole))
        return error_set(error, "%s: its shape is no shape", out->name);
    if (boxes_read(members[4], catalog, out, error))
        return error_prefix(error, "%s", out->name);
    return 0;
}

static int by_name(const void *left, const void *right)
{
    const struct catalog_tensor *const *a = left;
    const struct catalog_tensor *const *b = right;
    int names = strcmp((*a)->name, (*b)->name);

    return names ? names : ((*a)->role > (*b)->role) - ((*a)->role < (*b)->role);
}

/* No tensor is there twice. */
static int tensors_check(const struct catalog *catalog, struct error *error)
{
    CLEAN_FREE const struct catalog_tensor **sorted =
        memory_try(catalog->tensor_count, sizeof *sorted);

    if (!sorted)
        return error_set(error, "out of memory for %zu tensors", catalog->tensor_count);
    for (size_t i = 0; i < catalog->tensor_count; i++)
        sorted[i] = &catalog->tensors[i];
    qsort(sorted, catalog->tensor_count, sizeof *sorted, by_name);
    for (size_t i = 1; i < catalog->tensor_count; i++) {
        if (by_name(&sorted[i - 1], &sorted[i]) == 0)
            return error_set(error, "tensor %s is there twice", sorted[i]->name);
    }
    return 0;
}

static int tensors_read(const cJSON *item, struct catalog *catalog, struct error *error)
{
    size_t count;

    if (strict_array(item, CATALOG_TENSORS, &count, error))
        return -1;
    catalog->tensors = memory_try(count, sizeof *catalog->tensors);
    if (!catalog->tensors)
        return error_set(error, "out of memory for %zu tensors", count);
    for (const cJSON *child = item->child; child; child = child->next) {
        struct catalog_tensor *tensor = &catalog->tensors[catalog->tensor_count++];

        if (tensor_read(child, catalog, tensor, error))
            return error_prefix(error, "tensors");
    }
    return tensors_check(catalog, error);
}

/* Numbers and names; `members` are in the order of `names` below. */
static int facts_read(const cJSON *const *members, struct catalog *out, struct error *error)
{
    struct checkpoint_facts *facts = &out->facts;
    uint64_t attempt;

    if (strict_signed(members[1], 0, INT64_MAX, &facts->id.step, error) ||
        strict_unsigned(members[2], UINT32_MAX, &attempt, error) ||
        strict_unsigned(members[3], UINT64_MAX, &facts->id.generation, error) ||
        strict_signed(members[4], 0, INT64_MAX, &facts->samples, error) ||
        strict_signed(members[5], INT64_MIN, INT64_MAX, &facts->seed, error) ||
        strict_text(members[6], out->optimizer, sizeof out->optimizer, error) ||
        strict_text(members[7], out->kernels, sizeof out->kernels, error))
        return -1;
    facts->id.attempt = (uint32_t)attempt;
    return 0;
}

/* The texts live in the manifest, which has found its place. */
static void facts_point(struct catalog *catalog)
{
    catalog->facts.optimizer = catalog->optimizer;
    catalog->facts.kernels = catalog->kernels;
    catalog->facts.model = catalog->model;
    catalog->facts.history = catalog->history;
}

int catalog_read(const char *text, size_t size, struct catalog *out, struct error *error)
{
    static const char *const names[] = {"format",
                                        "step",
                                        "attempt",
                                        "generation",
                                        "samples",
                                        "seed",
                                        "optimizer",
                                        "kernels",
                                        "model",
                                        "history",
                                        "files",
                                        "tensors",
                                        "crc32c",
                                        NULL};
    CLEAN(catalog) struct catalog found = {.files = NULL};
    CLEAN_JSON cJSON *json = NULL;
    const cJSON *members[13];

    /* the last byte, an end of line, is behind the object */
    if (seal_check(text, size, error) || strict_parse(text, size - 1, &json, error) ||
        format_check(json, error) || strict_members(json, names, members, error) ||
        facts_read(members, &found, error) ||
        strict_copy(text, size, "model", &found.model, error) ||
        strict_copy(text, size, "history", &found.history, error) ||
        files_read(members[10], &found, error) || tensors_read(members[11], &found, error))
        return -1;
    *out = found;
    found = (struct catalog){.files = NULL};
    facts_point(out);
    return 0;
}
