/* Checkpoints of any number of files and boxes, which others have written, are loaded whole. */
#include "trainer/checkpoint/shard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "sample.h"
#include "support/check.h"
#include "trainer/checkpoint/store.h"
#include "trainer/core/crc32c.h"

#define FILES 4
#define BOXES 9

/* Cuts a box in two somewhere, if it can be. */
static bool box_cut(uint64_t *random, struct box *box, struct box *rest)
{
    size_t i = random_below(random, box->dimensions);
    int64_t keep;

    if (box->shape[i] < 2)
        return false;
    keep = 1 + (int64_t)random_below(random, (uint64_t)box->shape[i] - 1);
    *rest = *box;
    rest->offset[i] += keep;
    rest->shape[i] -= keep;
    box->shape[i] = keep;
    return true;
}

/* Spreads a tensor over boxes, rows and columns cut, and the boxes over files. */
static void tensor_spread(uint64_t *random, struct catalog_tensor *tensor)
{
    size_t wanted = 1 + random_below(random, BOXES);

    tensor->boxes = memory_get(BOXES, sizeof *tensor->boxes);
    tensor->boxes[0].box = tensor->whole;
    tensor->box_count = 1;
    for (size_t i = 1; i < wanted; i++) {
        struct box *from = &tensor->boxes[random_below(random, tensor->box_count)].box;

        if (box_cut(random, from, &tensor->boxes[tensor->box_count].box))
            tensor->box_count++;
    }
    for (size_t i = 0; i < tensor->box_count; i++) {
        tensor->boxes[i].file = random_below(random, FILES);
        snprintf(tensor->boxes[i].key,
                 CATALOG_KEY,
                 "%s:%s@%zu",
                 tensor->name,
                 catalog_role(tensor->role),
                 i);
    }
}

/* Plans tensors of a sample in FILES files. */
static void catalog_spread(uint64_t *random, const struct sample *sample, struct catalog *catalog)
{
    *catalog = (struct catalog){.file_count = FILES, .tensor_count = SAMPLE_TENSORS};
    CU_ASSERT_FATAL(catalog_take_facts(catalog, &sample->facts, NULL) == 0);
    catalog->files = memory_get(FILES, sizeof *catalog->files);
    catalog->tensors = memory_get(SAMPLE_TENSORS, sizeof *catalog->tensors);
    for (int i = 0; i < FILES; i++)
        snprintf(catalog->files[i].name, CATALOG_NAME, "rank-%03d.safetensors", i);
    for (int i = 0; i < SAMPLE_TENSORS; i++) {
        struct catalog_tensor *tensor = &catalog->tensors[i];

        memcpy(tensor->name, sample->tensors[i].name, sizeof tensor->name);
        tensor->role = sample->tensors[i].role;
        tensor->whole.dimensions = sample->tensors[i].dimensions;
        memcpy(tensor->whole.shape, sample->tensors[i].shape, sizeof tensor->whole.shape);
        tensor_spread(random, tensor);
    }
}

static void catalog_save(const char *path, struct catalog *catalog, const struct sample *sample)
{
    const float *data[SAMPLE_TENSORS];
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text name = {0};

    for (int i = 0; i < SAMPLE_TENSORS; i++)
        data[i] = sample->tensors[i].data;
    CU_ASSERT(file_make_directories(path, NULL) == 0);
    for (size_t i = 0; i < FILES; i++)
        CU_ASSERT(shard_write(path, catalog, i, data, NULL) == 0);
    catalog_write(catalog, &text);
    text_addf(&name, "%s/%s", path, STORE_MANIFEST);
    CU_ASSERT(file_write(name.data, text.data, text.size, NULL) == 0);
}

static void any_boxes_in_any_files_are_loaded(void)
{
    uint64_t random = check_seed();
    const char *directory = check_directory();

    for (int step = 1; step <= 60; step++) {
        CLEAN(catalog) struct catalog catalog;
        CLEAN(text) struct text path = {0};
        struct sample sample;

        sample_init(&sample, step, 1, 1);
        catalog_spread(&random, &sample, &catalog);
        text_addf(&path, "%s/step-%08d.1.1", directory, step);
        catalog_save(path.data, &catalog, &sample);
        CU_ASSERT(sample_newest(directory, NULL) == step);
    }
}

static void files_that_changed_places_are_refused(void)
{
    const char *directory = check_directory();
    uint64_t random = check_seed();
    CLEAN(catalog) struct catalog catalog;
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text first = {0};
    CLEAN(text) struct text second = {0};
    CLEAN(text) struct text other = {0};
    struct sample sample;

    sample_init(&sample, 1, 1, 1);
    catalog_spread(&random, &sample, &catalog);
    text_addf(&path, "%s/step-00000001.1.1", directory);
    catalog_save(path.data, &catalog, &sample);
    text_addf(&first, "%s/rank-000.safetensors", path.data);
    text_addf(&second, "%s/rank-001.safetensors", path.data);
    text_addf(&other, "%s/other", path.data);
    CU_ASSERT(!rename(first.data, other.data) && !rename(second.data, first.data));
    CU_ASSERT(!rename(other.data, second.data));
    CU_ASSERT(sample_newest(directory, NULL) == -1);
}

/* A file made by hand: 2 x 3 floats, the left column in one file, the others in another. */
static void file_put_together(struct catalog_file *file,
                              const char *directory,
                              const char *header,
                              const float *floats,
                              size_t count)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    unsigned char prefix[8];

    bytes_put64(prefix, strlen(header));
    text_add_bytes(&content, prefix, sizeof prefix);
    text_add(&content, header);
    file->header_crc = crc32c(0, content.data, content.size);
    text_add_bytes(&content, floats, count * sizeof *floats);
    file->bytes = (int64_t)content.size;
    text_addf(&path, "%s/%s", directory, file->name);
    CU_ASSERT(file_write(path.data, content.data, content.size, NULL) == 0);
}

static void a_checkpoint_made_by_hand_is_loaded(void)
{
    static const float left[] = {1, 4};
    static const float right[] = {2, 3, 5, 6};
    const char *directory = check_directory();
    struct catalog_file files[2] = {{.name = "a.safetensors"}, {.name = "b"}};
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text path = {0};
    struct checkpoint *checkpoint = NULL;
    float values[6] = {0};
    struct checkpoint_tensor tensor = {"t", ROLE_V, {2, 3}, 2, values};
    struct error error = {""};

    file_put_together(&files[0],
                      directory,
                      "{ \"left\" : {\"data_offsets\":[0,8],\"dtype\":\"F32\",\"shape\":[2,1]} }",
                      left,
                      2);
    file_put_together(&files[1],
                      directory,
                      "{\"r\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}   ",
                      right,
                      4);
    text_addf(&text,
              "{\"tensors\":[{\"boxes\":["
              "{\"offset\":[0,1],\"file\":\"b\",\"key\":\"r\",\"crc32c\":\"%08x\",\"shape\":[2,2]},"
              "{\"offset\":[0,0],\"file\":\"a.safetensors\",\"key\":\"left\",\"crc32c\":\"%08x\","
              "\"shape\":[2,1]}],\"name\":\"t\",\"role\":\"v\",\"dtype\":\"F32\",\"shape\":[2,3]}],"
              "\"files\":[{\"name\":\"a.safetensors\",\"bytes\":%lld,\"headerCrc32c\":\"%08x\"},"
              "{\"name\":\"b\",\"bytes\":%lld,\"headerCrc32c\":\"%08x\"}],"
              "\"history\":[],\"model\":{},\"kernels\":\"\",\"optimizer\":\"\",\"seed\":0,"
              "\"samples\":0,\"generation\":1,\"attempt\":1,\"step\":1,\"format\":1",
              crc32c(0, right, sizeof right),
              crc32c(0, left, sizeof left),
              (long long)files[0].bytes,
              files[0].header_crc,
              (long long)files[1].bytes,
              files[1].header_crc);
    catalog_seal(&text);
    text_addf(&path, "%s/%s", directory, STORE_MANIFEST);
    CU_ASSERT(file_write(path.data, text.data, text.size, NULL) == 0);
    CU_ASSERT_FATAL(checkpoint_open(directory, &checkpoint, &error) == 0);
    CU_ASSERT(checkpoint_verify(checkpoint, &error) == 0);
    CU_ASSERT(checkpoint_load(checkpoint, &tensor, 1, &error) == 0);
    for (int i = 0; i < 6; i++)
        CU_ASSERT(values[i] == (float)(i + 1));
    checkpoint_free(checkpoint);
}

/* Files that carry right checksums and are not what the manifest says. */
static void a_file_with_other_boxes_is_refused(void)
{
    static const char one_more[] =
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
        "\"u\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}";
    static const char *const headers[] = {
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"t\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}",
        one_more,
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
    };
    static const float floats[2] = {1, 2};
    const char *directory = check_directory();
    struct catalog_file file = {.name = "f"};
    struct catalog_box box = {.box = {.dimensions = 1, .shape = {2}}, .key = "t"};
    struct catalog_tensor tensor = {
        .name = "t", .whole = {.dimensions = 1, .shape = {2}}, .boxes = &box, .box_count = 1};
    struct catalog catalog = {
        .files = &file, .file_count = 1, .tensors = &tensor, .tensor_count = 1};

    for (int i = 0; i < 5; i++) {
        CLEAN(shard) struct shard shard = {.descriptor = -1};
        struct error error = {""};

        file_put_together(&file, directory, headers[i], floats, 2);
        CU_ASSERT(shard_open(&shard, directory, &catalog, 0, &error) == (i == 4 ? 0 : -1));
        if (i < 4)
            CHECK_HAS(error.text, "/f holds other boxes than the manifest says");
    }
}

/* Bytes of the header that say nothing about tensors are covered as well. */
static void a_header_with_another_checksum_is_refused(void)
{
    static const char header[] = "{\"__metadata__\":{\"by\":\"a\"},"
                                 "\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    static const float floats[2] = {1, 2};
    const char *directory = check_directory();
    CLEAN_FREE char *other = check_replaced(header, "\"a\"", "\"b\"");
    struct catalog_file file = {.name = "f"};
    struct catalog_box box = {.box = {.dimensions = 1, .shape = {2}}, .key = "t"};
    struct catalog_tensor tensor = {
        .name = "t", .whole = {.dimensions = 1, .shape = {2}}, .boxes = &box, .box_count = 1};
    struct catalog catalog = {
        .files = &file, .file_count = 1, .tensors = &tensor, .tensor_count = 1};
    struct error error = {""};
    uint32_t crc = 0;

    for (int i = 0; i < 2; i++) {
        CLEAN(shard) struct shard shard = {.descriptor = -1};

        file_put_together(&file, directory, i ? other : header, floats, 2);
        crc = i ? crc : file.header_crc;
        file.header_crc = crc;
        CU_ASSERT(shard_open(&shard, directory, &catalog, 0, &error) == (i ? -1 : 0));
    }
    CHECK_HAS(error.text, "/f has a header whose checksum differs");
}

SUITE("trainer shard",
      {"any boxes in any files are loaded", any_boxes_in_any_files_are_loaded},
      {"files that changed places are refused", files_that_changed_places_are_refused},
      {"a checkpoint made by hand is loaded", a_checkpoint_made_by_hand_is_loaded},
      {"a file with other boxes is refused", a_file_with_other_boxes_is_refused},
      {"a header with another checksum is refused", a_header_with_another_checksum_is_refused})
