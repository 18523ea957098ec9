/* place - where something stands in a JSON tree: "spec.training.model.layers[1].units". Pure.
 *
 * A key that is not made of letters, digits, '_', '-' and '/' is written in brackets and quotes,
 * cut when it is long: spec["a b"]. */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include <stddef.h>

#include "base/text.h"

struct cJSON;

/* Adds one step to a path. */
void place_add_key(struct text *path, const char *key);
void place_add_index(struct text *path, size_t index);

/* Returns the node of the tree that `path` leads to or, where there is none, the last node on the
 * way to it. Never NULL when `root` is not. */
const struct cJSON *place_find(const struct cJSON *root, const char *path);

#endif
