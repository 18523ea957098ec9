/* safetensors - strict, bounded reading of a header, and writing one. */
#include "trainer/checkpoint/safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "trainer/checkpoint/strict.h"

#define METADATA      "__metadata__"
#define SIZE_MAX_FILE ((int64_t)1 << 53) /* bytes; JSON numbers are exact up to here */

static const struct {
    const char *name;
    int bytes;
} dtypes[] = {
    {"BOOL", 1},
    {"U8", 1},
    {"I8", 1},
    {"F8_E5M2", 1},
    {"F8_E4M3", 1},
    {"U16", 2},
    {"I16", 2},
    {"F16", 2},
    {"BF16", 2},
    {"U32", 4},
    {"I32", 4},
    {"F32", 4},
    {"U64", 8},
    {"I64", 8},
    {"F64", 8},
};

/* Stores the constant name of a dtype and the bytes of an element. */
static int dtype_read(const cJSON *item, const char **name, int64_t *bytes, struct error *error)
{
    char given[16];

    if (strict_text(item, given, sizeof given, error))
        return -1;
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        if (strcmp(dtypes[i].name, given) == 0) {
            *name = dtypes[i].name;
            *bytes = dtypes[i].bytes;
            return 0;
        }
    }
    return error_set(error, "dtype %s is not known", given);
}

static int name_read(const cJSON *item, char *out, struct error *error)
{
    size_t length = strlen(item->string);

    if (length >= SAFETENSORS_NAME)
        return error_set(error, "a name is longer than %d bytes", SAFETENSORS_NAME - 1);
    if (!utf8_line(item->string))
        return error_set(error, "a name has characters that do not show");
    memcpy(out, item->string, length + 1);
    return 0;
}

/* Whether the bytes between the offsets are those of the shape. */
static int entry_check(const struct safetensors_entry *entry, int64_t bytes, struct error *error)
{
    for (size_t i = 0; i < entry->dimensions; i++) {
        if (entry->shape[i] && bytes > SIZE_MAX_FILE / entry->shape[i])
            return error_set(error, "its shape is too large");
        bytes *= entry->shape[i];
    }
    if (entry->begin > entry->end || entry->end - entry->begin != bytes)
        return error_set(error, "its offsets do not fit to its shape");
    return 0;
}

static int entry_read(const cJSON *item, struct safetensors_entry *out, struct error *error)
{
    static const char *const names[] = {"dtype", "shape", "data_offsets", NULL};
    const cJSON *members[3];
    int64_t offsets[2];
    int64_t bytes;
    size_t count;

    if (name_read(item, out->name, error))
        return -1;
    if (strict_members(item, names, members, error) ||
        dtype_read(members[0], &out->dtype, &bytes, error) ||
        strict_numbers(
            members[1], 0, SAFETENSORS_DIMENSIONS, out->shape, &out->dimensions, error) ||
        strict_numbers(members[2], 0, 2, offsets, &count, error))
        return error_prefix(error, "tensor %.128s", out->name);
    if (count != 2)
        return error_set(error, "tensor %.128s: data_offsets are not two", out->name);
    out->begin = offsets[0];
    out->end = offsets[1];
    if (entry_check(out, bytes, error))
        return error_prefix(error, "tensor %.128s", out->name);
    return 0;
}

static int metadata_check(const cJSON *metadata, struct error *error)
{
    if (!cJSON_IsObject(metadata))
        return error_set(error, "%s is not an object", METADATA);
    for (const cJSON *item = metadata->child; item; item = item->next) {
        if (!cJSON_IsString(item))
            return error_set(error, "%s has a value that is not a string", METADATA);
    }
    return 0;
}

static int by_name(const void *left, const void *right)
{
    const struct safetensors_entry *a = left;
    const struct safetensors_entry *b = right;

    return strcmp(a->name, b->name);
}

/* Empty tensors come before what begins at the same place. */
static int by_place(const void *left, const void *right)
{
    const struct safetensors_entry *a = left;
    const struct safetensors_entry *b = right;

    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

/* Sorts by name, with the data known to be without holes and overlaps and no name there twice. */
static int entries_check(struct safetensors *header, uint64_t data, struct error *error)
{
    int64_t next = 0;

    qsort(header->entries, header->count, sizeof *header->entries, by_place);
    for (size_t i = 0; i < header->count; i++) {
        const struct safetensors_entry *entry = &header->entries[i];

        if (entry->begin != next)
            return error_set(error, "tensor %.128s leaves a hole or overlaps", entry->name);
        next = entry->end;
    }
    if ((uint64_t)next != data)
        return error_set(
            error, "it describes %" PRId64 " bytes of data, the file has %" PRIu64, next, data);
    qsort(header->entries, header->count, sizeof *header->entries, by_name);
    for (size_t i = 1; i < header->count; i++) {
        if (!strcmp(header->entries[i - 1].name, header->entries[i].name))
            return error_set(error, "tensor %.128s is there twice", header->entries[i].name);
    }
    return 0;
}

/* Reads every member of the header. */
static int header_read(const cJSON *json, struct safetensors *out, struct error *error)
{
    bool metadata = false;

    for (const cJSON *item = json->child; item; item = item->next) {
        if (strcmp(item->string, METADATA) != 0) {
            if (entry_read(item, &out->entries[out->count], error))
                return -1;
            out->count++;
            continue;
        }
        if (metadata)
            return error_set(error, "%s is there twice", METADATA);
        if (metadata_check(item, error))
            return -1;
        metadata = true;
    }
    return 0;
}

int safetensors_read(
    const char *header, size_t size, uint64_t data, struct safetensors *out, struct error *error)
{
    CLEAN(safetensors) struct safetensors found = {0};
    CLEAN_JSON cJSON *json = NULL;

    if (strict_parse(header, size, &json, error))
        return -1;
    found.entries = memory_try((size_t)cJSON_GetArraySize(json), sizeof *found.entries);
    if (!found.entries)
        return error_set(error, "out of memory for its entries");
    if (header_read(json, &found, error) || entries_check(&found, data, error))
        return -1;
    *out = found;
    found = (struct safetensors){0};
    return 0;
}

const struct safetensors_entry *safetensors_find(const struct safetensors *header, const char *name)
{
    struct safetensors_entry wanted = {.begin = 0};

    if (strlen(name) >= sizeof wanted.name)
        return NULL;
    memcpy(wanted.name, name, strlen(name) + 1);
    return bsearch(&wanted, header->entries, header->count, sizeof wanted, by_name);
}

void safetensors_done(struct safetensors *header)
{
    free(header->entries);
    *header = (struct safetensors){0};
}

static void entry_write(const struct safetensors_entry *entry, struct text *out)
{
    text_addf(out, "\"%s\":{\"dtype\":\"%s\",\"shape\":[", entry->name, entry->dtype);
    for (size_t i = 0; i < entry->dimensions; i++)
        text_addf(out, "%s%" PRId64, i ? "," : "", entry->shape[i]);
    text_addf(out, "],\"data_offsets\":[%" PRId64 ",%" PRId64 "]}", entry->begin, entry->end);
}

void safetensors_write(const struct safetensors *header, struct text *out)
{
    static const char room[SAFETENSORS_PREFIX] = "";
    size_t start = out->size;

    text_add_bytes(out, room, sizeof room);
    text_add(out, "{");
    for (size_t i = 0; i < header->count; i++) {
        text_add(out, i ? "," : "");
        entry_write(&header->entries[i], out);
    }
    text_add(out, "}");
    while ((out->size - start) % SAFETENSORS_ALIGN)
        text_add(out, " ");
    bytes_put64(out->data + start, out->size - start - SAFETENSORS_PREFIX);
}
