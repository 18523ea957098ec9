/* Places: what a path leads to is what the path was made for. */
#include "base/place.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "support/check.h"

static void keys_that_are_not_plain_stand_in_quotes(void)
{
    CLEAN(text) struct text path = {0};

    place_add_key(&path, "spec");
    place_add_key(&path, "layers");
    place_add_index(&path, 1);
    place_add_key(&path, "muster-dev/a_b");
    place_add_key(&path, "a.b \"c\"\n");
    place_add_key(&path, "");
    place_add_key(&path, "end");
    CHECK_TEXT(path.data, "spec.layers[1].muster-dev/a_b[\"a.b \\\"c\\\"\\u000a\"][\"\"].end");
}

static void a_long_key_is_cut(void)
{
    CLEAN(text) struct text path = {0};
    char key[200];

    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    place_add_key(&path, key);
    CU_ASSERT(path.size == 64 + strlen("[\"...\"]"));
    CHECK_TEXT(path.data + path.size - 8, "kkk...\"]");
}

/* Visits every node of the tree below `node` and looks it up again. */
static void check_below(const cJSON *root, const cJSON *node, struct text *path)
{
    size_t size = path->size;
    size_t index = 0;
    const cJSON *child;

    cJSON_ArrayForEach(child, node)
    {
        if (cJSON_IsArray(node))
            place_add_index(path, index++);
        else
            place_add_key(path, child->string);
        CU_ASSERT(place_find(root, path->data) == child);
        check_below(root, child, path);
        text_cut(path, size);
    }
}

static void every_node_is_found_by_its_path(void)
{
    CLEAN(text) struct text path = {0};
    cJSON *root =
        cJSON_Parse("{\"spec\": {\"a\": [1, {\"b\": 2, \"b.c\": [[3], 4]}, []],"
                    " \"ab\": {\"a\": {}}, \"a[0]\": 1, \"\": {\"x\": 0}}, \"specs\": 1}");

    CU_ASSERT_FATAL(root != NULL);
    check_below(root, root, &path);
    CU_ASSERT(place_find(root, "") == root);
    cJSON_Delete(root);
}

static void what_is_missing_leads_to_the_last_node_before_it(void)
{
    cJSON *root = cJSON_Parse("{\"spec\": {\"list\": [10, 11], \"batch\": {\"global\": 1}}}");
    const cJSON *spec = cJSON_GetObjectItemCaseSensitive(root, "spec");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(spec, "list");

    CU_ASSERT(place_find(root, "metadata.name") == root);
    CU_ASSERT(place_find(root, "spec.nothing") == spec);
    CU_ASSERT(place_find(root, "Spec") == root);
    CU_ASSERT(place_find(root, "spec.list[2]") == list);
    CU_ASSERT(place_find(root, "spec.list[1].x.y") == cJSON_GetArrayItem(list, 1));
    CU_ASSERT(place_find(root, "spec.batch.micro") == list->next);
    CU_ASSERT(place_find(root, "spec.batch.globally") == list->next);
    CU_ASSERT(place_find(NULL, "spec") == NULL);
    cJSON_Delete(root);
}

SUITE("base place",
      {"keys that are not plain stand in quotes", keys_that_are_not_plain_stand_in_quotes},
      {"a long key is cut", a_long_key_is_cut},
      {"every node is found by its path", every_node_is_found_by_its_path},
      {"what is missing leads to the last node before it",
       what_is_missing_leads_to_the_last_node_before_it})
