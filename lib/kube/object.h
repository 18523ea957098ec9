/* object - Kubernetes objects as JSON trees: members and metadata, read without trust. Pure.
 *
 * What a function yields is borrowed from the tree and valid as long as it is. Whatever is absent,
 * or of another type than asked for, is NULL. Every function takes NULL for an object that is not
 * there, so that a path can be walked without asking at each step. Keys are compared with case; of
 * keys that are given twice the first counts. */
#ifndef KUBE_OBJECT_H
#define KUBE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "kube/resource_version.h"

struct cJSON;

/* Reads bytes that are one JSON value and nothing else but white space. Returns the tree, which the
 * caller releases, or NULL, also when there is no memory for it. */
struct cJSON *object_parse(const char *bytes, size_t size);

/* The member `key` of an object. */
const struct cJSON *object_member(const struct cJSON *object, const char *key);

/* The text that the member `key` holds; "" is a text too. */
const char *object_text(const struct cJSON *object, const char *key);

/* Texts of an object's metadata. */
const char *object_name(const struct cJSON *object);
const char *object_namespace(const struct cJSON *object);
const char *object_uid(const struct cJSON *object);
const char *object_label(const struct cJSON *object, const char *key);

/* Reads metadata.resourceVersion. Returns 0, or 1 when there is no valid one. */
int object_version(const struct cJSON *object, struct resource_version *version);

/* Whether metadata.deletionTimestamp is set: the object will go. */
bool object_deleting(const struct cJSON *object);

/* The owner reference that says `controller: true`; its members are apiVersion, kind, name, uid. */
const struct cJSON *object_controller(const struct cJSON *object);

#endif
