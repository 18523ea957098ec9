/* The manifest: what is written is read, no bit may change, and nothing that is not as it should be
 * is taken. */
#include "trainer/checkpoint/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "sample.h"
#include "support/check.h"

/* A tensor in two boxes in two files, and another in one. */
static void catalog_make(struct catalog *catalog)
{
    struct sample sample;

    sample_init(&sample, 12, 3, UINT64_MAX);
    *catalog = (struct catalog){.file_count = 2, .tensor_count = 2};
    CU_ASSERT(catalog_take_facts(catalog, &sample.facts, NULL) == 0);
    catalog->files = memory_get(2, sizeof *catalog->files);
    catalog->files[0] = (struct catalog_file){"rank-000.safetensors", 4096, 0xdeadbeef};
    catalog->files[1] = (struct catalog_file){"rank-001.safetensors", (int64_t)1 << 60, 1};
    catalog->tensors = memory_get(2, sizeof *catalog->tensors);
    catalog->tensors[0] = (struct catalog_tensor){
        .name = "w", .role = ROLE_M, .whole = {2, .shape = {3, 4}}, .box_count = 2};
    catalog->tensors[0].boxes = memory_get(2, sizeof(struct catalog_box));
    catalog->tensors[0].boxes[0] = (struct catalog_box){{2, .shape = {3, 1}}, 0, "w:m@\"0\"", 5};
    catalog->tensors[0].boxes[1] =
        (struct catalog_box){{2, .offset = {0, 1}, .shape = {3, 3}}, 1, "w:m@1", 6};
    catalog->tensors[1] = (struct catalog_tensor){
        .name = "w", .role = ROLE_PARAM, .whole = {1, .shape = {7}}, .box_count = 1};
    catalog->tensors[1].boxes = memory_get(1, sizeof(struct catalog_box));
    catalog->tensors[1].boxes[0] = (struct catalog_box){{1, .shape = {7}}, 1, "w", 0xffffffff};
}

static void catalog_text(struct text *text)
{
    CLEAN(catalog) struct catalog catalog;

    catalog_make(&catalog);
    catalog_write(&catalog, text);
}

static void what_is_written_is_read(void)
{
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text again = {0};
    CLEAN(catalog) struct catalog found = {.files = NULL};
    const struct catalog_tensor *tensor;

    catalog_text(&text);
    CU_ASSERT_FATAL(catalog_read(text.data, text.size, &found, NULL) == 0);
    CU_ASSERT(found.facts.id.step == 12 && found.facts.id.attempt == 3);
    CU_ASSERT(found.facts.id.generation == UINT64_MAX && found.facts.seed == -7);
    CHECK_HAS(found.facts.model, "\"rate\":0.10000000000000001}");
    tensor = catalog_find(&found, "w", ROLE_M);
    CU_ASSERT(tensor && tensor->box_count == 2 && tensor->boxes[1].box.offset[1] == 1);
    CU_ASSERT(!catalog_find(&found, "w", ROLE_V) && !catalog_find(&found, "v", ROLE_M));
    catalog_write(&found, &again);
    CHECK_TEXT(again.data, text.data);
}

/* The format is the contract: other programs read it. */
static void the_form_is_the_documented_one(void)
{
    static const char wanted[] =
        "{\n"
        "\"format\": 1,\n"
        "\"step\": 12,\n"
        "\"attempt\": 3,\n"
        "\"generation\": \"18446744073709551615\",\n"
        "\"samples\": 1536,\n"
        "\"seed\": -7,\n"
        "\"optimizer\": \"adamw\",\n"
        "\"kernels\": \"x86-64 \\\"avx2\\\"\",\n"
        "\"model\": {\"input\": [784],  \"layers\":[{\"units\":8, "
        "\"rate\":0.10000000000000001}]},\n"
        "\"history\": [{\"epoch\":1,\"loss\":0.25}],\n"
        "\"files\": [\n"
        "  {\"name\": \"rank-000.safetensors\", \"bytes\": 4096, \"headerCrc32c\": \"deadbeef\"},\n"
        "  {\"name\": \"rank-001.safetensors\", \"bytes\": \"1152921504606846976\", "
        "\"headerCrc32c\": \"00000001\"}\n"
        "],\n"
        "\"tensors\": [\n"
        "  {\"name\": \"w\", \"role\": \"m\", \"dtype\": \"F32\", \"shape\": [3, 4], \"boxes\": [\n"
        "    {\"file\": \"rank-000.safetensors\", \"key\": \"w:m@\\\"0\\\"\", \"offset\": [0, 0], "
        "\"shape\": [3, 1], \"crc32c\": \"00000005\"},\n"
        "    {\"file\": \"rank-001.safetensors\", \"key\": \"w:m@1\", \"offset\": [0, 1], "
        "\"shape\": [3, 3], \"crc32c\": \"00000006\"}]},\n"
        "  {\"name\": \"w\", \"role\": \"param\", \"dtype\": \"F32\", \"shape\": [7], \"boxes\": "
        "[\n"
        "    {\"file\": \"rank-001.safetensors\", \"key\": \"w\", \"offset\": [0], \"shape\": [7], "
        "\"crc32c\": \"ffffffff\"}]}\n"
        "],\n"
        "\"crc32c\": \"";
    CLEAN(text) struct text text = {0};

    catalog_text(&text);
    CU_ASSERT(text.size == sizeof wanted - 1 + 11);
    text.data[sizeof wanted - 1] = '\0';
    CHECK_TEXT(text.data, wanted);
}

static void no_flipped_bit_goes_unseen(void)
{
    CLEAN(text) struct text text = {0};

    catalog_text(&text);
    for (size_t bit = 0; bit < 8 * text.size; bit++) {
        struct catalog found = {.files = NULL};
        struct error error = {""};

        text.data[bit / 8] ^= (char)(1 << bit % 8);
        CU_ASSERT(catalog_read(text.data, text.size, &found, &error) == -1 && error.text[0]);
        text.data[bit / 8] ^= (char)(1 << bit % 8);
    }
}

static void no_cut_goes_unseen(void)
{
    CLEAN(text) struct text text = {0};

    catalog_text(&text);
    for (size_t size = 0; size < text.size; size++) {
        CLEAN_FREE char *cut = memory_get(1, size);
        struct catalog found = {.files = NULL};

        memcpy(cut, text.data, size);
        CU_ASSERT(catalog_read(cut, size, &found, NULL) == -1);
    }
}

/* A change that carries a right checksum, and why it is refused all the same. */
struct change {
    const char *what;
    const char *with;
    const char *reason;
};

static const struct change changes[] = {
    {"\"format\": 1", "\"format\": 2", "format version 2 is not known, only 1"},
    {"\"format\": 1", "\"format\": \"1.0\"", "format is not a whole number"},
    {"\"format\": 1,\n", "", "names no format version"},
    {"\"step\": 12", "\"step\": -1", "step is out of bounds"},
    {"\"step\": 12", "\"step\": 1.5", "step is not a whole number"},
    {"\"step\": 12", "\"step\": \"012\"", "step is not a whole number"},
    {"\"step\": 12", "\"step\": \"9223372036854775808\"", "step is not a whole number"},
    {"\"step\": 12", "\"step\": 1e300", "step is not a whole number"},
    {"\"step\": 12,\n", "", "step is missing"},
    {"\"step\": 12", "\"step\": 12, \"step\": 12", "step is there twice"},
    {"\"step\": 12", "\"step\": 12, \"steps\": 12", "steps is not known"},
    {"\"attempt\": 3", "\"attempt\": 4294967296", "attempt is out of bounds"},
    {"\"attempt\": 3", "\"attempt\": -1", "attempt is not a whole number"},
    {"\"18446744073709551615\"", "\"18446744073709551616\"", "generation is not a whole"},
    {"\"18446744073709551615\"", "\"-1\"", "generation is not a whole number"},
    {"\"samples\": 1536", "\"samples\": -1536", "samples is out of bounds"},
    {"\"adamw\"", "null", "optimizer is not a string"},
    {"\"adamw\"", "\"a\\u0000\"", "zero byte"},
    {"\"adamw\"", "\"a\\n\"", "do not show"},
    {"\"adamw\"", "\"a\xb4\"", "do not show"},
    {"\"adamw\"",
     "\"0123456789012345678901234567890123456789012345678901234567890123\"",
     "optimizer is longer than 63"},
    {"\"files\": [", "\"files\": {}, \"x\": [", "x is not known"},
    {"{\"name\": \"rank-000.safetensors\"", "{\"name\": \"../000.safetensors\"", "is named '../"},
    {"{\"name\": \"rank-000.safetensors\"", "{\"name\": \".hidden\"", "is named '.hidden'"},
    {"{\"name\": \"rank-000.safetensors\"", "{\"name\": \"\"", "is named ''"},
    {"{\"name\": \"rank-000.safetensors\"", "{\"name\": \"rank-001.safetensors\"", "twice"},
    {"\"bytes\": 4096", "\"bytes\": -1", "bytes is out of bounds"},
    {"\"deadbeef\"", "\"DEADBEEF\"", "is not a checksum of 8 digits"},
    {"\"deadbeef\"", "\"deadbee\"", "is not a checksum of 8 digits"},
    {"\"role\": \"m\"", "\"role\": \"n\"", "role n is not known"},
    {"\"dtype\": \"F32\"", "\"dtype\": \"F64\"", "dtype F64 is not known"},
    {"\"name\": \"w\"", "\"name\": \"w w\"", "is named 'w w'"},
    {"\"role\": \"m\", \"dtype\": \"F32\", \"shape\": [3, 4]",
     "\"role\": \"m\", \"dtype\": \"F32\", \"shape\": [3, 5]",
     "3 elements are in no box"},
    {"\"shape\": [3, 4]", "\"shape\": []", "its shape is no shape"},
    {"\"shape\": [3, 4]", "\"shape\": [3, 0]", "no number it may have"},
    {"\"shape\": [3, 4]", "\"shape\": [1, 1, 1, 3, 4]", "more than 4 elements"},
    {"\"shape\": [3, 4]", "\"shape\": [9007199254740992, 4]", "its shape is no shape"},
    {"\"offset\": [0, 1]", "\"offset\": [0]", "have not the same length"},
    {"\"offset\": [0, 1]", "\"offset\": [0, 0]", "boxes 0 and 1 have elements in common"},
    {"\"offset\": [0, 1]", "\"offset\": [1, 1]", "box 1 does not lie within"},
    {"{\"file\": \"rank-000.safetensors\"", "{\"file\": \"rank-002.safetensors\"", "not listed"},
    {"\"role\": \"param\", \"dtype\": \"F32\", \"shape\": [7]",
     "\"role\": \"param\", \"dtype\": \"F32\", \"shape\": [7, 1]",
     "does not lie within"},
    {"\"role\": \"m\"", "\"role\": \"param\"", "tensor w is there twice"},
    {"\"key\": \"w\",", "", "key is missing"},
    {"]}\n]", "]}\n", "not JSON"},
    {"{\n\"format\"", "[\n\"format\"", "does not begin"},
};

static void what_is_wrong_is_refused_with_its_reason(void)
{
    CLEAN(text) struct text text = {0};

    catalog_text(&text);
    text_cut(&text, text.size - strlen(",\n\"crc32c\": \"00000000\"}\n"));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        CLEAN_FREE char *changed = check_replaced(text.data, changes[i].what, changes[i].with);
        CLEAN(text) struct text sealed = {0};
        struct catalog found = {.files = NULL};
        struct error error = {""};

        text_add(&sealed, changed);
        catalog_seal(&sealed);
        CU_ASSERT(catalog_read(sealed.data, sealed.size, &found, &error) == -1);
        CHECK_HAS(error.text, changes[i].reason);
        CU_ASSERT(!found.files && !found.tensors);
    }
}

static void texts_come_back_whatever_is_in_them(void)
{
    static const char *const models[] = {
        "null",
        "{}",
        "[1, 2 ,{\"model\" : [\"}\", \"\\\"]\"]}]",
        "\"history\"",
        "{\"history\": {\"model\": 1}, \"b\": \"\\\\\"}",
        "  {\"a\":1.5e-7}\n ",
    };

    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        CLEAN(catalog) struct catalog catalog;
        CLEAN(catalog) struct catalog found = {.files = NULL};
        CLEAN(text) struct text text = {0};

        catalog_make(&catalog);
        catalog.facts.model = catalog.facts.history = models[i];
        catalog_write(&catalog, &text);
        CU_ASSERT(catalog_read(text.data, text.size, &found, NULL) == 0);
        CU_ASSERT(found.model && strstr(models[i], found.model));
        CU_ASSERT(found.model && found.model[0] != ' ' && found.history);
        CU_ASSERT(found.model && !strcmp(found.model, found.history));
    }
}

static void facts_that_cannot_be_kept_are_refused(void)
{
    struct sample sample;
    struct catalog catalog = {.files = NULL};

    sample_init(&sample, 1, 1, 1);
    sample.facts.model = "{";
    CU_ASSERT(catalog_take_facts(&catalog, &sample.facts, NULL) == -1);
    sample.facts.model = NULL;
    CU_ASSERT(catalog_take_facts(&catalog, &sample.facts, NULL) == -1);
    sample.facts.model = "{} {}";
    CU_ASSERT(catalog_take_facts(&catalog, &sample.facts, NULL) == -1);
    sample.facts.model = "{}";
    sample.facts.kernels = "0123456789012345678901234567890123456789012345678901234567890123";
    CU_ASSERT(catalog_take_facts(&catalog, &sample.facts, NULL) == -1);
    catalog_done(&catalog);
}

SUITE("trainer catalog",
      {"what is written is read", what_is_written_is_read},
      {"the form is the documented one", the_form_is_the_documented_one},
      {"no flipped bit goes unseen", no_flipped_bit_goes_unseen},
      {"no cut goes unseen", no_cut_goes_unseen},
      {"what is wrong is refused with its reason", what_is_wrong_is_refused_with_its_reason},
      {"texts come back whatever is in them", texts_come_back_whatever_is_in_them},
      {"facts that cannot be kept are refused", facts_that_cannot_be_kept_are_refused})
