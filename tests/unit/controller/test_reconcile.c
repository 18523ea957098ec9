/* Reconcile does what its golden cases say, and every case comes to rest. UPDATE=1 rewrites what is
 * expected. */
#include "controller/reconcile.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "controller/tree.h"
#include "kube/object.h"
#include "scene.h"
#include "support/check.h"

#define ROOT   "tests/golden/reconcile"
#define CASES  200
#define ROUNDS 8 /* until a case must be at rest */
#define LIMIT  (1 << 20)

static int is_case(const struct dirent *entry)
{
    return *entry->d_name != '.' && strcmp(entry->d_name, "base") != 0;
}

/* Calls `look` with the name of each case. */
static void cases_walk(void (*look)(const char *name))
{
    struct dirent **entries = NULL;
    int count = scandir(ROOT, &entries, is_case, alphasort);

    CU_ASSERT(count >= 30);
    for (int i = 0; i < count; i++) {
        look(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* Carries plans out until nothing is asked for any more, and adds what each of them was. */
static void rest_reach(struct scene *scene, cJSON *rounds)
{
    for (int round = 0; round < ROUNDS; round++) {
        CLEAN(plan) struct plan plan = {0};
        CLEAN(text) struct text text = {0};

        scene_reconcile(scene, &plan);
        if (round) {
            scene_print_short(&plan, &text);
            tree_add_text(rounds, text_string(&text));
        }
        scene_apply(scene, &plan);
        if (!scene_requests(&plan))
            return;
    }
    CU_FAIL("the plans do not come to an end");
}

static void golden_check(const char *name, const char *found)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text wanted = {0};
    struct error error = {""};

    text_addf(&path, ROOT "/%s/plan.json", name);
    if (getenv("UPDATE")) {
        CU_ASSERT(file_write(path.data, found, strlen(found), &error) == 0);
        return;
    }
    CU_ASSERT(file_read(path.data, LIMIT, &wanted, &error) == 0);
    if (strcmp(text_string(&wanted), found) != 0)
        printf("\n%s differs\n", path.data);
    CHECK_TEXT(found, text_string(&wanted));
}

static void plan_look(const char *name)
{
    CLEAN_FREE struct scene *scene = memory_get(1, sizeof *scene);
    CLEAN(tree) cJSON *observed = scene_file(name, "observed.json");
    CLEAN(tree) cJSON *json = NULL;
    CLEAN(plan) struct plan plan = {0};
    CLEAN(text) struct text found = {0};
    CLEAN_FREE char *printed = NULL;

    scene_open(scene, name);
    scene_reconcile(scene, &plan);
    scene_print(&plan, cJSON_IsTrue(object_member(observed, "bodies")), &found);
    json = cJSON_Parse(found.data);
    rest_reach(scene, tree_put_list(json, "then"));
    text_clear(&found);
    printed = cJSON_Print(json);
    text_addf(&found, "%s\n", printed);
    golden_check(name, found.data);
    scene_done(scene);
}

static void a_plan_is_what_its_case_says_and_comes_to_rest(void)
{
    cases_walk(plan_look);
}

static void same_look(const char *name)
{
    CLEAN_FREE struct scene *scene = memory_get(1, sizeof *scene);
    CLEAN(plan) struct plan first = {0};
    CLEAN(plan) struct plan second = {0};
    CLEAN(text) struct text one = {0};
    CLEAN(text) struct text two = {0};

    scene_open(scene, name);
    scene_reconcile(scene, &first);
    scene_reconcile(scene, &second);
    scene_print(&first, true, &one);
    scene_print(&second, true, &two);
    CHECK_TEXT(two.data, one.data);
    scene_done(scene);
}

static void the_same_observation_gives_the_same_plan(void)
{
    cases_walk(same_look);
}

/* Pods in the other order: what is decided does not hang on how they were found. */
static void turned_look(const char *name)
{
    CLEAN_FREE struct scene *scene = memory_get(1, sizeof *scene);
    const struct pod_record *turned[SCENE_PODS];
    CLEAN(plan) struct plan first = {0};
    CLEAN(plan) struct plan second = {0};

    scene_open(scene, name);
    scene_reconcile(scene, &first);
    for (size_t i = 0; i < scene->seen.pod_count; i++)
        turned[i] = scene->seen.pods[scene->seen.pod_count - 1 - i];
    scene->seen.pods = turned;
    scene_reconcile(scene, &second);
    CU_ASSERT(first.count == second.count);
    for (size_t i = 0; i < first.count && i < second.count; i++) {
        if (first.items[i].kind == ACTION_PATCH_STATUS)
            CHECK_TEXT(second.items[i].body, first.items[i].body);
    }
    scene_done(scene);
}

static void the_order_of_pods_does_not_matter(void)
{
    cases_walk(turned_look);
}

SUITE("controller reconcile",
      {"a plan is what its case says and comes to rest",
       a_plan_is_what_its_case_says_and_comes_to_rest},
      {"the same observation gives the same plan", the_same_observation_gives_the_same_plan},
      {"the order of pods does not matter", the_order_of_pods_does_not_matter})
