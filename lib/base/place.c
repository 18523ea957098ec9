/* place - where something stands in a JSON tree. */
#include "base/place.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

#include "base/json.h"

#define PLAIN   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/"
#define LONGEST 64

void place_add_key(struct text *path, const char *key)
{
    size_t length = strspn(key, PLAIN);

    if (!length || length > LONGEST || key[length]) {
        text_add(path, "[");
        json_add_excerpt(path, key, LONGEST);
        text_add(path, "]");
        return;
    }
    if (path->size)
        text_add(path, ".");
    text_add(path, key);
}

void place_add_index(struct text *path, size_t index)
{
    text_addf(path, "[%zu]", index);
}

static bool ends_step(char letter)
{
    return letter == '\0' || letter == '.' || letter == '[';
}

/* Follows the first step of `*rest` and moves it behind that. NULL = there is no such child. */
static const struct cJSON *step(const struct cJSON *node, const char **rest)
{
    CLEAN(text) struct text name = {0};
    const char *from = **rest == '.' ? *rest + 1 : *rest;
    size_t index = 0;
    const struct cJSON *child;

    cJSON_ArrayForEach(child, node)
    {
        text_clear(&name);
        if (cJSON_IsArray(node))
            place_add_index(&name, index++);
        else
            place_add_key(&name, child->string);
        if (!strncmp(from, name.data, name.size) && ends_step(from[name.size])) {
            *rest = from + name.size;
            return child;
        }
    }
    return NULL;
}

const struct cJSON *place_find(const struct cJSON *root, const char *path)
{
    const struct cJSON *next = root;

    while (next) {
        root = next;
        next = *path ? step(root, &path) : NULL;
    }
    return root;
}
