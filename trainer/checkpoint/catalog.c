/* catalog - the value, and writing manifest.json. */
#include "trainer/checkpoint/catalog.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "trainer/checkpoint/strict.h"
#include "trainer/core/crc32c.h"

#define EXACT ((uint64_t)1 << 53) /* numbers beyond are written as strings */

const char *catalog_role(enum checkpoint_role role)
{
    static const char *const names[] = {
        [ROLE_PARAM] = "param", [ROLE_MASTER] = "master", [ROLE_M] = "m", [ROLE_V] = "v"};

    return names[role];
}

bool catalog_name_valid(const char *name)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-";
    size_t length = strnlen(name, CHECKPOINT_NAME);

    return length > 0 && length < CHECKPOINT_NAME && strspn(name, letters) == length;
}

static int json_copy(const char *name, const char *text, char **out, struct error *error)
{
    CLEAN_JSON cJSON *json = text ? cJSON_ParseWithOpts(text, NULL, 1) : NULL;

    if (json)
        *out = strdup(text);
    if (!json || !*out)
        return error_set(error, "the %s is not JSON, or there is no memory for it", name);
    return 0;
}

static int name_copy(const char *name, const char *text, char *out, struct error *error)
{
    if (!text || strlen(text) >= CATALOG_NAME)
        return error_set(error, "the name of the %s is longer than %d", name, CATALOG_NAME - 1);
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

int catalog_take_facts(struct catalog *catalog,
                       const struct checkpoint_facts *facts,
                       struct error *error)
{
    if (name_copy("optimizer", facts->optimizer, catalog->optimizer, error) ||
        name_copy("kernels", facts->kernels, catalog->kernels, error) ||
        json_copy("model", facts->model, &catalog->model, error) ||
        json_copy("history", facts->history, &catalog->history, error))
        return -1;
    catalog->facts = *facts;
    catalog->facts.optimizer = catalog->optimizer;
    catalog->facts.kernels = catalog->kernels;
    catalog->facts.model = catalog->model;
    catalog->facts.history = catalog->history;
    return 0;
}

const struct catalog_tensor *catalog_find(const struct catalog *catalog,
                                          const char *name,
                                          enum checkpoint_role role)
{
    for (size_t i = 0; i < catalog->tensor_count; i++) {
        const struct catalog_tensor *tensor = &catalog->tensors[i];

        if (tensor->role == role && strcmp(tensor->name, name) == 0)
            return tensor;
    }
    return NULL;
}

size_t catalog_places(const struct catalog *catalog, size_t file, struct catalog_place *places)
{
    size_t count = 0;

    for (size_t i = 0; i < catalog->tensor_count; i++) {
        for (size_t k = 0; k < catalog->tensors[i].box_count; k++) {
            if (catalog->tensors[i].boxes[k].file != file)
                continue;
            if (places)
                places[count] = (struct catalog_place){i, k};
            count++;
        }
    }
    return count;
}

void catalog_done(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->tensor_count; i++)
        free(catalog->tensors[i].boxes);
    free(catalog->tensors);
    free(catalog->files);
    free(catalog->model);
    free(catalog->history);
    *catalog = (struct catalog){.files = NULL};
}

static void write_unsigned(struct text *out, const char *name, uint64_t number)
{
    const char *quote = number > EXACT ? "\"" : "";

    text_addf(out, "\"%s\": %s%" PRIu64 "%s", name, quote, number, quote);
}

static void write_signed(struct text *out, const char *name, int64_t number)
{
    const char *quote = number > (int64_t)EXACT || number < -(int64_t)EXACT ? "\"" : "";

    text_addf(out, "\"%s\": %s%" PRId64 "%s", name, quote, number, quote);
}

static void write_numbers(struct text *out, const char *name, const int64_t *numbers, size_t count)
{
    text_addf(out, ", \"%s\": [", name);
    for (size_t i = 0; i < count; i++)
        text_addf(out, "%s%" PRId64, i ? ", " : "", numbers[i]);
    text_add(out, "]");
}

static void write_facts(struct text *out, const struct checkpoint_facts *facts)
{
    write_signed(out, "format", CATALOG_FORMAT);
    text_add(out, ",\n");
    write_signed(out, "step", facts->id.step);
    text_add(out, ",\n");
    write_unsigned(out, "attempt", facts->id.attempt);
    text_add(out, ",\n");
    write_unsigned(out, "generation", facts->id.generation);
    text_add(out, ",\n");
    write_signed(out, "samples", facts->samples);
    text_add(out, ",\n");
    write_signed(out, "seed", facts->seed);
    text_add(out, ",\n\"optimizer\": ");
    json_add_text(out, facts->optimizer);
    text_add(out, ",\n\"kernels\": ");
    json_add_text(out, facts->kernels);
    text_addf(out, ",\n\"model\": %s,\n\"history\": %s,\n", facts->model, facts->history);
}

static void write_files(struct text *out, const struct catalog *catalog)
{
    text_add(out, "\"files\": [");
    for (size_t i = 0; i < catalog->file_count; i++) {
        const struct catalog_file *file = &catalog->files[i];

        text_addf(out, "%s\n  {\"name\": \"%s\", ", i ? "," : "", file->name);
        write_signed(out, "bytes", file->bytes);
        text_addf(out, ", \"headerCrc32c\": \"%08" PRIx32 "\"}", file->header_crc);
    }
    text_add(out, "\n],\n");
}

static void write_box(struct text *out,
                      const struct catalog *catalog,
                      const struct catalog_box *box)
{
    text_addf(out, "\n    {\"file\": \"%s\", \"key\": ", catalog->files[box->file].name);
    json_add_text(out, box->key);
    write_numbers(out, "offset", box->box.offset, box->box.dimensions);
    write_numbers(out, "shape", box->box.shape, box->box.dimensions);
    text_addf(out, ", \"crc32c\": \"%08" PRIx32 "\"}", box->crc);
}

static void write_tensor(struct text *out,
                         const struct catalog *catalog,
                         const struct catalog_tensor *tensor)
{
    text_addf(out,
              "\n  {\"name\": \"%s\", \"role\": \"%s\", \"dtype\": \"F32\"",
              tensor->name,
              catalog_role(tensor->role));
    write_numbers(out, "shape", tensor->whole.shape, tensor->whole.dimensions);
    text_add(out, ", \"boxes\": [");
    for (size_t i = 0; i < tensor->box_count; i++) {
        text_add(out, i ? "," : "");
        write_box(out, catalog, &tensor->boxes[i]);
    }
    text_add(out, "]}");
}

void catalog_seal(struct text *text)
{
    uint32_t crc = crc32c(0, text_string(text), text->size);

    text_addf(text, CATALOG_SEAL, crc);
}

void catalog_write(const struct catalog *catalog, struct text *out)
{
    text_add(out, "{\n");
    write_facts(out, &catalog->facts);
    write_files(out, catalog);
    text_add(out, "\"tensors\": [");
    for (size_t i = 0; i < catalog->tensor_count; i++) {
        text_add(out, i ? "," : "");
        write_tensor(out, catalog, &catalog->tensors[i]);
    }
    text_add(out, "\n]");
    catalog_seal(out);
}
