/* Objects: metadata is found where it is, and nothing else is taken for it. */
#include "kube/object.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "support/check.h"

#define POD                                                                                        \
    "{\"metadata\":{\"name\":\"digits-1-0-0\",\"namespace\":\"team\",\"uid\":\"u1\","              \
    "\"resourceVersion\":\"42\",\"labels\":{\"muster.dev/job\":\"digits\"},"                       \
    "\"ownerReferences\":[{\"kind\":\"Node\",\"name\":\"n\"},"                                     \
    "{\"kind\":\"Other\",\"controller\":\"true\"},"                                                \
    "{\"kind\":\"TrainingJob\",\"name\":\"digits\",\"uid\":\"j1\",\"controller\":true}]}}"

static void metadata_is_found(void)
{
    cJSON *pod = cJSON_Parse(POD);
    struct resource_version version;

    CHECK_TEXT(object_name(pod), "digits-1-0-0");
    CHECK_TEXT(object_namespace(pod), "team");
    CHECK_TEXT(object_uid(pod), "u1");
    CHECK_TEXT(object_label(pod, "muster.dev/job"), "digits");
    CU_ASSERT(object_version(pod, &version) == 0);
    CHECK_TEXT(version.digits, "42");
    CU_ASSERT(!object_deleting(pod));
    CHECK_TEXT(object_text(object_controller(pod), "uid"), "j1");
    cJSON_Delete(pod);
}

static void what_is_absent_or_of_another_type_is_null(void)
{
    static const char *const rows[] = {
        "null",
        "7",
        "[]",
        "\"metadata\"",
        "{}",
        "{\"metadata\":null}",
        "{\"metadata\":[{\"name\":\"a\"}]}",
        "{\"Metadata\":{\"name\":\"a\"}}",
        "{\"metadata\":{\"name\":7,\"namespace\":null,\"uid\":{},\"labels\":[\"k\"]}}",
        "{\"metadata\":{\"labels\":\"k\",\"ownerReferences\":{\"controller\":true}}}",
        "{\"metadata\":{\"resourceVersion\":42,\"deletionTimestamp\":1}}",
        "{\"metadata\":{\"labels\":{\"k\":1,\"K\":\"v\"}}}",
        "{\"metadata\":{\"ownerReferences\":[null,1,[],{},{\"controller\":1}]}}",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON *json = cJSON_Parse(rows[i]);
        struct resource_version version;

        CU_ASSERT(json != NULL);
        CU_ASSERT(!object_name(json) && !object_namespace(json) && !object_uid(json));
        CU_ASSERT(!object_label(json, "k"));
        CU_ASSERT(object_version(json, &version) == 1);
        CU_ASSERT(!object_deleting(json) && !object_controller(json));
        cJSON_Delete(json);
    }
    CU_ASSERT(!object_name(NULL) && !object_controller(NULL) && !object_deleting(NULL));
}

static void an_object_with_a_deletion_time_is_going(void)
{
    cJSON *pod = cJSON_Parse("{\"metadata\":{\"deletionTimestamp\":\"2026-01-02T03:04:05Z\"}}");

    CU_ASSERT(object_deleting(pod));
    cJSON_Delete(pod);
}

static void a_document_is_one_value_and_nothing_else(void)
{
    static const struct {
        const char *bytes;
        bool valid;
    } rows[] = {
        {"{}", true},
        {" {\"a\":[1]} \r\n\t", true},
        {"7", true},
        {"", false},
        {" ", false},
        {"{", false},
        {"{} {}", false},
        {"{}x", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON *tree = object_parse(rows[i].bytes, strlen(rows[i].bytes));

        CU_ASSERT((tree != NULL) == rows[i].valid);
        cJSON_Delete(tree);
    }
    CU_ASSERT(!object_parse("{}\0", 3));
}

SUITE("kube object",
      {"a document is one value and nothing else", a_document_is_one_value_and_nothing_else},
      {"metadata is found", metadata_is_found},
      {"what is absent or of another type is null", what_is_absent_or_of_another_type_is_null},
      {"an object with a deletion time is going", an_object_with_a_deletion_time_is_going})
