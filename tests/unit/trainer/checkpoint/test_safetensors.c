/* The header of a safetensors file: what is written is read, and what is wrong is refused with its
 * reason. */
#include "trainer/checkpoint/safetensors.h"

#include <string.h>

#include "base/bytes.h"
#include "support/check.h"

static void what_is_written_is_read_and_data_is_aligned(void)
{
    struct safetensors_entry entries[] = {
        {.name = "b", .dtype = "F32", .dimensions = 2, .shape = {2, 3}, .begin = 0, .end = 24},
        {.name = "a", .dtype = "BF16", .dimensions = 1, .shape = {5}, .begin = 24, .end = 34},
        {.name = "none", .dtype = "U8", .dimensions = 2, .shape = {0, 7}, .begin = 34, .end = 34},
        {.name = "one", .dtype = "I64", .begin = 34, .end = 42},
    };
    struct safetensors header = {entries, 4};
    CLEAN(safetensors) struct safetensors found = {0};
    CLEAN(text) struct text text = {0};
    const struct safetensors_entry *a;

    safetensors_write(&header, &text);
    CU_ASSERT(text.size % SAFETENSORS_ALIGN == 0 && text.data[8] == '{');
    CU_ASSERT(bytes_get64(text.data) == text.size - 8);
    CU_ASSERT(safetensors_read(text.data + 8, text.size - 8, 42, &found, NULL) == 0);
    CU_ASSERT(found.count == 4);
    a = safetensors_find(&found, "a");
    CU_ASSERT(a && a->begin == 24 && a->end == 34 && a->dimensions == 1 && a->shape[0] == 5);
    CU_ASSERT(a && !strcmp(a->dtype, "BF16"));
    CU_ASSERT(!safetensors_find(&found, "c") && safetensors_find(&found, "one"));
}

static void the_form_is_the_documented_one(void)
{
    struct safetensors_entry entry = {
        .name = "x", .dtype = "F32", .dimensions = 1, .shape = {2}, .begin = 0, .end = 8};
    struct safetensors header = {&entry, 1};
    CLEAN(text) struct text text = {0};

    safetensors_write(&header, &text);
    CU_ASSERT(!memcmp(text.data, "\x38\0\0\0\0\0\0\0", 8));
    CHECK_TEXT(text.data + 8, "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ");
}

/* A header of a file with 8 bytes of data, and why it is refused. */
struct wrong {
    const char *header;
    const char *reason;
};

#define ENTRY(shape, offsets) "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void what_is_wrong_is_refused_with_its_reason(void)
{
    static const struct wrong wrongs[] = {
        {"", "does not begin"},
        {" {}", "does not begin"},
        {"[]", "does not begin"},
        {"{", "not JSON"},
        {"{}", "describes 0 bytes of data, the file has 8"},
        {"{\"x\":" ENTRY("[2]", "[0,8]") "}\n", "something follows"},
        {"{\"x\":" ENTRY("[2]", "[0,8]") "} }", "something follows"},
        {"{\"x\\u0000\":" ENTRY("[2]", "[0,8]") "}", "zero byte"},
        {"{\"x\":" ENTRY("[2]", "[0,8]") ",\"x\":" ENTRY("[0]", "[8,8]") "}", "x is there twice"},
        {"{\"x\":" ENTRY("[1]", "[0,4]") "}", "describes 4 bytes"},
        {"{\"x\":" ENTRY("[2]", "[0,8]") ",\"y\":" ENTRY("[1]", "[8,12]") "}", "12 bytes"},
        {"{\"x\":" ENTRY("[1]", "[4,8]") "}", "x leaves a hole"},
        {"{\"x\":" ENTRY("[2]", "[0,8]") ",\"y\":" ENTRY("[1]", "[4,8]") "}", "y leaves a hole"},
        {"{\"x\":" ENTRY("[2]", "[8,0]") "}", "offsets do not fit"},
        {"{\"x\":" ENTRY("[3]", "[0,8]") "}", "offsets do not fit"},
        {"{\"x\":" ENTRY("[2]", "[0]") "}", "data_offsets are not two"},
        {"{\"x\":" ENTRY("[2]", "[0,8,8]") "}", "more than 2 elements"},
        {"{\"x\":" ENTRY("[-2]", "[0,8]") "}", "no number it may have"},
        {"{\"x\":" ENTRY("[2.5]", "[0,8]") "}", "no number it may have"},
        {"{\"x\":" ENTRY("[\"2\"]", "[0,8]") "}", "no number it may have"},
        {"{\"x\":" ENTRY("[1e300]", "[0,8]") "}", "no number it may have"},
        {"{\"x\":" ENTRY("[9007199254740992,9007199254740992]", "[0,8]") "}", "too large"},
        {"{\"x\":" ENTRY("[1,1,1,1,1,1,1,1,2]", "[0,8]") "}", "more than 8 elements"},
        {"{\"x\":" ENTRY("2", "[0,8]") "}", "shape is not an array"},
        {"{\"x\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}", "F33 is not known"},
        {"{\"x\":{\"dtype\":4,\"shape\":[2],\"data_offsets\":[0,8]}}", "dtype is not a string"},
        {"{\"x\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "dtype is missing"},
        {"{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
         "dtype is there twice"},
        {"{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}",
         "more is not known"},
        {"{\"x\":[]}", "is not an object"},
        {"{\"x\\u0001\":" ENTRY("[2]", "[0,8]") "}", "do not show"},
        {"{\"__metadata__\":[],\"x\":" ENTRY("[2]", "[0,8]") "}", "is not an object"},
        {"{\"__metadata__\":{\"a\":1},\"x\":" ENTRY("[2]", "[0,8]") "}", "not a string"},
        {"{\"__metadata__\":{},\"__metadata__\":{},\"x\":" ENTRY("[2]", "[0,8]") "}", "twice"},
    };

    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        struct safetensors found = {0};
        struct error error = {""};
        const char *header = wrongs[i].header;

        CU_ASSERT(safetensors_read(header, strlen(header), 8, &found, &error) == -1);
        CHECK_HAS(error.text, wrongs[i].reason);
        CU_ASSERT(!found.entries);
    }
}

static void what_others_write_is_read(void)
{
    static const char header[] =
        "{\"__metadata__\":{\"format\":\"pt\"}, \"x\" : {\"data_offsets\":[0,8],\n\"shape\":[],"
        "\"dtype\":\"F64\"},\"\":{\"dtype\":\"F32\",\"shape\":[1,0],\"data_offsets\":[0,0]}}     ";
    CLEAN(safetensors) struct safetensors found = {0};

    CU_ASSERT(safetensors_read(header, sizeof header - 1, 8, &found, NULL) == 0);
    CU_ASSERT(found.count == 2 && safetensors_find(&found, "") && safetensors_find(&found, "x"));
}

SUITE("trainer safetensors",
      {"what is written is read and data is aligned", what_is_written_is_read_and_data_is_aligned},
      {"the form is the documented one", the_form_is_the_documented_one},
      {"what is wrong is refused with its reason", what_is_wrong_is_refused_with_its_reason},
      {"what others write is read", what_others_write_is_read})
