/* tree - JSON trees that are made here. */
#include "controller/tree.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/text.h"

static cJSON *had(cJSON *node)
{
    if (!node)
        abort();
    return node;
}

struct cJSON *tree_object(void)
{
    return had(cJSON_CreateObject());
}

struct cJSON *tree_list(void)
{
    return had(cJSON_CreateArray());
}

void tree_done(struct cJSON **tree)
{
    cJSON_Delete(*tree);
    *tree = NULL;
}

bool tree_has(const struct cJSON *object, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

    return value && !cJSON_IsNull(value);
}

void tree_put(struct cJSON *object, const char *key, struct cJSON *value)
{
    while (cJSON_GetObjectItemCaseSensitive(object, key))
        cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    if (!cJSON_AddItemToObject(object, key, value))
        abort();
}

void tree_put_text(struct cJSON *object, const char *key, const char *text)
{
    tree_put(object, key, had(cJSON_CreateString(text)));
}

void tree_put_number(struct cJSON *object, const char *key, double number)
{
    tree_put(object, key, had(cJSON_CreateNumber(number)));
}

void tree_put_flag(struct cJSON *object, const char *key, bool flag)
{
    tree_put(object, key, had(cJSON_CreateBool(flag)));
}

struct cJSON *tree_put_object(struct cJSON *object, const char *key)
{
    cJSON *value = tree_object();

    tree_put(object, key, value);
    return value;
}

struct cJSON *tree_put_list(struct cJSON *object, const char *key)
{
    cJSON *value = tree_list();

    tree_put(object, key, value);
    return value;
}

struct cJSON *tree_open_object(struct cJSON *object, const char *key)
{
    cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

    if (!tree_has(object, key))
        return tree_put_object(object, key);
    return cJSON_IsObject(value) ? value : NULL;
}

struct cJSON *tree_open_list(struct cJSON *object, const char *key)
{
    cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

    if (!tree_has(object, key))
        return tree_put_list(object, key);
    return cJSON_IsArray(value) ? value : NULL;
}

struct cJSON *tree_add_object(struct cJSON *list)
{
    cJSON *value = tree_object();

    if (!cJSON_AddItemToArray(list, value))
        abort();
    return value;
}

void tree_add_text(struct cJSON *list, const char *text)
{
    if (!cJSON_AddItemToArray(list, had(cJSON_CreateString(text))))
        abort();
}

void tree_add_format(struct cJSON *list, const char *format, ...)
{
    CLEAN(text) struct text text = {0};
    va_list arguments;

    va_start(arguments, format);
    text_vaddf(&text, format, arguments);
    va_end(arguments);
    tree_add_text(list, text_string(&text));
}
