/* tree - JSON trees that are made here. Pure.
 *
 * A node that cannot be had ends the program, as with base/memory.h: what is made here is small. So
 * no tree is ever half made. */
#ifndef CONTROLLER_TREE_H
#define CONTROLLER_TREE_H

#include <stdbool.h>

#include "base/cleanup.h"

struct cJSON;

struct cJSON *tree_object(void);
struct cJSON *tree_list(void);
void tree_done(struct cJSON **tree);

CLEANUP_DEFINE(tree, struct cJSON *, tree_done)

/* Puts a value under a key, in place of what is there. */
void tree_put(struct cJSON *object, const char *key, struct cJSON *value);
void tree_put_text(struct cJSON *object, const char *key, const char *text);
void tree_put_number(struct cJSON *object, const char *key, double number);
void tree_put_flag(struct cJSON *object, const char *key, bool flag);

/* Puts an empty object or list under a key and returns it. */
struct cJSON *tree_put_object(struct cJSON *object, const char *key);
struct cJSON *tree_put_list(struct cJSON *object, const char *key);

/* The object or list under a key, made when there is none; NULL when there is something else. */
struct cJSON *tree_open_object(struct cJSON *object, const char *key);
struct cJSON *tree_open_list(struct cJSON *object, const char *key);

/* Whether there is anything but null under a key. */
bool tree_has(const struct cJSON *object, const char *key);

/* Adds to the end of a list. tree_add_object returns the new object. */
struct cJSON *tree_add_object(struct cJSON *list);
void tree_add_text(struct cJSON *list, const char *text);
void tree_add_format(struct cJSON *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
