/* Settings of a command line: they reach their place, make what is missing, and say what is wrong.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/manifest.h"
#include "support/check.h"

static const char document[] = "a: {b: [1, {c: 2}], d: e}\nx: ~\n";

static void begin(struct manifest *manifest)
{
    CLEAN(problems) struct problems problems = {0};

    if (manifest_read("j", document, strlen(document), manifest, &problems, NULL))
        abort();
}

static void settings_reach_their_place(void)
{
    static const char *const rows[][2] = {
        {"a.d=f", "{\"x\":null,\"a\":{\"b\":[1,{\"c\":2}],\"d\":\"f\"}}"},
        {"x=1e3", "{\"a\":{\"b\":[1,{\"c\":2}],\"d\":\"e\"},\"x\":1000}"},
        {"x='7'", "{\"a\":{\"b\":[1,{\"c\":2}],\"d\":\"e\"},\"x\":\"7\"}"},
        {"x=", "{\"a\":{\"b\":[1,{\"c\":2}],\"d\":\"e\"}}"},
        {"x=a=b", "{\"a\":{\"b\":[1,{\"c\":2}],\"d\":\"e\"},\"x\":\"a=b\"}"},
        {"x={k: [1, true]}", "{\"a\":{\"b\":[1,{\"c\":2}],\"d\":\"e\"},\"x\":{\"k\":[1,true]}}"},
        {"a.b[0]=9", "{\"x\":null,\"a\":{\"d\":\"e\",\"b\":[9,{\"c\":2}]}}"},
        {"a.b[1].c=9", "{\"x\":null,\"a\":{\"d\":\"e\",\"b\":[1,{\"c\":9}]}}"},
        {"a.b[2]=9", "{\"x\":null,\"a\":{\"d\":\"e\",\"b\":[1,{\"c\":2},9]}}"},
        {"a.b[2].n[0]=9", "{\"x\":null,\"a\":{\"d\":\"e\",\"b\":[1,{\"c\":2},{\"n\":[9]}]}}"},
        {"a.b=", "{\"x\":null,\"a\":{\"d\":\"e\"}}"},
        {"n.o.p=9", "{\"a\":{\"b\":[1,{\"c\":2}],\"d\":\"e\"},\"x\":null,\"n\":{\"o\":{\"p\":9}}}"},
        {"X=9", "{\"a\":{\"b\":[1,{\"c\":2}],\"d\":\"e\"},\"x\":null,\"X\":9}"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(manifest) struct manifest manifest = {0};
        cJSON *wanted = cJSON_Parse(rows[i][1]);

        begin(&manifest);
        CU_ASSERT(manifest_set(&manifest, rows[i][0], NULL) == 0);
        CU_ASSERT(wanted && cJSON_Compare(manifest.root, wanted, true));
        cJSON_Delete(wanted);
    }
}

static void what_is_missing_on_the_way_is_made(void)
{
    CLEAN(manifest) struct manifest manifest = {0};
    CLEAN_FREE char *printed = NULL;

    begin(&manifest);
    CU_ASSERT(manifest_set(&manifest, "n.o[0][0].p=9", NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "n.o[0][1]=8", NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "a={}", NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "a.q=[7]", NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "a.q[0]=6", NULL) == 0);
    printed = cJSON_PrintUnformatted(manifest.root);
    CU_ASSERT(printed &&
              !strcmp(printed, "{\"x\":null,\"n\":{\"o\":[[{\"p\":9},8]]},\"a\":{\"q\":[6]}}"));
}

static void each_element_of_a_sequence_is_replaced_in_its_place(void)
{
    CLEAN(manifest) struct manifest manifest = {0};
    CLEAN_FREE char *printed = NULL;

    begin(&manifest);
    CU_ASSERT(manifest_set(&manifest, "a=[0, 1, 2, 3]", NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "a[1]=b", NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "a[3]=d", NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "a[0]=a", NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "a[2]=c", NULL) == 0);
    printed = cJSON_PrintUnformatted(manifest.root);
    CU_ASSERT(printed && !strcmp(printed, "{\"x\":null,\"a\":[\"a\",\"b\",\"c\",\"d\"]}"));
}

static void what_is_set_has_no_line_and_takes_none(void)
{
    CLEAN(manifest) struct manifest manifest = {0};

    begin(&manifest);
    for (int i = 0; i < 100; i++) {
        CU_ASSERT(manifest_set(&manifest, "a.b[1]={c: {z: 1}}", NULL) == 0);
        CU_ASSERT(manifest_line(&manifest, "a.b[1].c.z") == 0);
    }
    CU_ASSERT(manifest_line(&manifest, "a.b[1].missing") == 0);
    CU_ASSERT(manifest_line(&manifest, "a.b[0]") == 1);
    CU_ASSERT(manifest_line(&manifest, "x") == 2);
}

static void what_cannot_be_set_is_told(void)
{
    static const char *const rows[][2] = {
        {"", "--set \"\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.d", "--set \"a.d\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"=1", "--set \"=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {".a=1", "--set \".a=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.=1", "--set \"a.=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a..b=1", "--set \"a..b=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"[0]=1", "--set \"[0]=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.[0]=1", "--set \"a.[0]=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.b[]=1", "--set \"a.b[]=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.b[x]=1", "--set \"a.b[x]=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.b[-1]=1", "--set \"a.b[-1]=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.b[0=1", "--set \"a.b[0=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.b[0]c=1", "--set \"a.b[0]c=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.b[100000]=1",
         "--set \"a.b[100000]=1\": must be PATH=VALUE, as in spec.training.epochs=2"},
        {"a.b[3]=1", "--set \"a.b[3]=1\": [3] is beyond a sequence of 2"},
        {"n[1]=1", "--set \"n[1]=1\": [1] is beyond a sequence of 0"},
        {"a.d.x=1", "--set \"a.d.x=1\": 'x' is asked of what is not a mapping"},
        {"x.y=1", "--set \"x.y=1\": 'y' is asked of what is not a mapping"},
        {"a.b.c=1", "--set \"a.b.c=1\": 'c' is asked of what is not a mapping"},
        {"a[0]=1", "--set \"a[0]=1\": [0] is asked of what is not a sequence"},
        {"a.d[0].x=1", "--set \"a.d[0].x=1\": [0] is asked of what is not a sequence"},
        {"x=[1",
         "--set \"x=[1\": value:2:1: did not find expected ',' or ']' while parsing a flow "
         "sequence"},
        {"x=# none", "--set \"x=# none\": value: is empty"},
        {"x={k: 1, k: 2}", "--set \"x={k: 1, k: 2}\": k is given twice, on lines 1 and 1"},
        {"x=\x1b[2J", "--set \"x=\\u001b[2J\": value:1:1: control characters are not allowed"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(manifest) struct manifest manifest = {0};
        struct error error = {""};

        begin(&manifest);
        CU_ASSERT(manifest_set(&manifest, rows[i][0], &error) == -1);
        CHECK_TEXT(error.text, rows[i][1]);
    }
}

static void a_path_has_at_most_as_many_steps_as_a_tree_has_levels(void)
{
    for (int extra = 0; extra < 2; extra++) {
        CLEAN(manifest) struct manifest manifest = {0};
        CLEAN(text) struct text path = {0};

        begin(&manifest);
        for (int i = 0; i < MANIFEST_DEPTH + extra; i++)
            text_add(&path, i ? ".k" : "k");
        text_add(&path, "=1");
        CU_ASSERT(manifest_set(&manifest, path.data, NULL) == -extra);
    }
}

static void a_root_that_is_no_mapping_takes_no_setting(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(manifest) struct manifest manifest = {0};

    CU_ASSERT(manifest_read("j", "7", 1, &manifest, &problems, NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "a=1", NULL) == -1);
}

static int calls_left;

/* cJSON's malloc: NULL at the call that calls_left says. */
static void *malloc_counted(size_t size)
{
    return --calls_left ? malloc(size) : NULL;
}

static void every_failing_allocation_is_an_outcome(void)
{
    cJSON_Hooks counted = {.malloc_fn = malloc_counted, .free_fn = free};
    int failures = 0;
    int outcome;

    for (int k = 1;; k++) {
        CLEAN(manifest) struct manifest manifest = {0};
        struct error error = {""};

        begin(&manifest);
        calls_left = k;
        cJSON_InitHooks(&counted);
        outcome = manifest_set(&manifest, "n.o[0].p={q: [1, two]}", &error);
        cJSON_InitHooks(NULL);
        if (calls_left > 0)
            break;
        failures++;
        CU_ASSERT(outcome == -1 && strstr(error.text, "out of memory"));
    }
    CU_ASSERT(outcome == 0 && failures > 8);
}

SUITE("job manifest set",
      {"settings reach their place", settings_reach_their_place},
      {"what is missing on the way is made", what_is_missing_on_the_way_is_made},
      {"each element of a sequence is replaced in its place",
       each_element_of_a_sequence_is_replaced_in_its_place},
      {"what is set has no line and takes none", what_is_set_has_no_line_and_takes_none},
      {"what cannot be set is told", what_cannot_be_set_is_told},
      {"a path has at most as many steps as a tree has levels",
       a_path_has_at_most_as_many_steps_as_a_tree_has_levels},
      {"a root that is no mapping takes no setting", a_root_that_is_no_mapping_takes_no_setting},
      {"every failing allocation is an outcome", every_failing_allocation_is_an_outcome})
