/* manifest_set - one PATH=VALUE of a command line put into the tree. */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "job/manifest.h"
#include "job/manifest_build.h"

#define EXCERPT      60 /* characters of the assignment that a message shows */
#define INDEX_DIGITS 5

/* One step of a path: a key, or an index where `key` is NULL. */
struct step {
    const char *key;
    size_t length; /* of the key, which is not ended by a zero byte */
    int index;
};

/* What is to be put where, while it is being done. */
struct setting {
    struct manifest *manifest;
    struct step steps[MANIFEST_DEPTH];
    size_t count;
    struct error *error;
};

/* Reads the step at `at`. Returns what is behind it, or NULL when there is none. */
static const char *step_read(const char *at, struct step *step)
{
    *step = (struct step){0};
    if (*at == '[') {
        size_t digits = strspn(at + 1, "0123456789");

        if (!digits || digits > INDEX_DIGITS || at[1 + digits] != ']')
            return NULL;
        step->index = (int)strtol(at + 1, NULL, 10);
        return at + digits + 2;
    }
    step->key = at;
    step->length = strcspn(at, ".[=");
    return step->length ? at + step->length : NULL;
}

/* Reads the path of an assignment. Returns its value, or NULL when it is not PATH=VALUE. */
static const char *path_read(const char *assignment, struct setting *setting)
{
    const char *at = assignment;

    while (setting->count < MANIFEST_DEPTH) {
        bool key = !setting->count || *at == '.';

        at = step_read(setting->count && key ? at + 1 : at, &setting->steps[setting->count]);
        if (!at || key != (setting->steps[setting->count].key != NULL))
            return NULL;
        setting->count++;
        if (*at == '=')
            return at + 1;
        if (*at != '.' && *at != '[')
            return NULL;
    }
    return NULL;
}

static cJSON *child_of(const cJSON *parent, const struct step *step)
{
    cJSON *child;

    if (!step->key)
        return cJSON_GetArrayItem(parent, step->index);
    cJSON_ArrayForEach(child, parent)
    {
        if (!strncmp(child->string, step->key, step->length) && !child->string[step->length])
            return child;
    }
    return NULL;
}

/* Puts a child at an index. cJSON_InsertItemInArray of Debian 12 does so at either end only. */
static void element_put(cJSON *parent, int index, cJSON *child)
{
    int behind = cJSON_GetArraySize(parent) - index;

    cJSON_AddItemToArray(parent, child);
    for (; behind > 0; behind--)
        cJSON_AddItemToArray(parent, cJSON_DetachItemFromArray(parent, index));
}

/* Puts `child`, NULL for one that could not be had, at a step below `parent`. The tree owns it
 * then, or it is released. A key of which null is asked is not there afterwards. */
static int child_put(const struct setting *setting,
                     cJSON *parent,
                     const struct step *step,
                     cJSON *child)
{
    CLEAN_FREE char *key = step->key ? strndup(step->key, step->length) : NULL;
    cJSON *old = child_of(parent, step);

    if (!child || (step->key && !key)) {
        cJSON_Delete(child);
        return error_set(setting->error, "out of memory");
    }
    if (old)
        manifest_retire(setting->manifest, parent, old);
    if (step->key && cJSON_IsNull(child)) {
        cJSON_Delete(child);
        return 0;
    }
    if (!step->key) {
        element_put(parent, step->index, child);
        return 0;
    }
    if (cJSON_AddItemToObject(parent, key, child))
        return 0;
    cJSON_Delete(child);
    return error_set(setting->error, "out of memory");
}

/* Checks that a step can be made from `parent`. */
static int step_check(const struct setting *setting, const cJSON *parent, const struct step *step)
{
    int length = cJSON_GetArraySize(parent);

    if (step->key && !cJSON_IsObject(parent))
        return error_set(setting->error,
                         "'%.*s' is asked of what is not a mapping",
                         (int)(step->length > EXCERPT ? EXCERPT : step->length),
                         step->key);
    if (!step->key && !cJSON_IsArray(parent))
        return error_set(setting->error, "[%d] is asked of what is not a sequence", step->index);
    if (!step->key && step->index > length)
        return error_set(setting->error, "[%d] is beyond a sequence of %d", step->index, length);
    return 0;
}

/* Makes every step but the last, and what is missing on the way. Returns the mapping or sequence to
 * make the last one from, or NULL. */
static cJSON *parent_find(const struct setting *setting)
{
    const struct step *last = &setting->steps[setting->count - 1];
    cJSON *parent = setting->manifest->root;

    for (const struct step *step = setting->steps; !step_check(setting, parent, step); step++) {
        if (step == last)
            return parent;
        if (!child_of(parent, step) &&
            child_put(
                setting, parent, step, step[1].key ? cJSON_CreateObject() : cJSON_CreateArray()))
            return NULL;
        parent = child_of(parent, step);
    }
    return NULL;
}

/* Reads a value. Returns it, the caller's, or NULL. */
static cJSON *value_read(const char *text, struct error *error)
{
    CLEAN(manifest) struct manifest read = {0};
    CLEAN(problems) struct problems problems = {0};
    int outcome;

    if (!*text)
        text = "null";
    outcome = manifest_read("value", text, strlen(text), &read, &problems, error);
    if (outcome > 0)
        error_set(error, "%s %s", problems.items[0].path, problems.items[0].text);
    return outcome ? NULL : TAKE(read.root);
}

int manifest_set(struct manifest *manifest, const char *assignment, struct error *error)
{
    CLEAN(text) struct text shown = {0};
    struct setting setting = {.manifest = manifest, .error = error};
    const char *text = path_read(assignment, &setting);
    cJSON *value;
    cJSON *parent;

    json_add_excerpt(&shown, assignment, EXCERPT);
    if (!text)
        return error_set(
            error, "--set %s: must be PATH=VALUE, as in spec.training.epochs=2", shown.data);
    value = value_read(text, error);
    parent = value ? parent_find(&setting) : NULL;
    if (parent && !child_put(&setting, parent, &setting.steps[setting.count - 1], value))
        return 0;
    if (!parent)
        cJSON_Delete(value);
    return error_prefix(error, "--set %s", shown.data);
}
