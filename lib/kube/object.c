/* object - members and metadata of Kubernetes objects. */
#include "kube/object.h"

#include <cjson/cJSON.h>

cJSON *object_parse(const char *bytes, size_t size)
{
    const char *end = bytes;
    cJSON *tree = cJSON_ParseWithLengthOpts(bytes, size, &end, false);

    while (end < bytes + size && (*end == ' ' || *end == '\t' || *end == '\r' || *end == '\n'))
        end++;
    if (end == bytes + size)
        return tree;
    cJSON_Delete(tree);
    return NULL;
}

const cJSON *object_member(const cJSON *object, const char *key)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *object_text(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(object_member(object, key));
}

static const char *metadata_text(const cJSON *object, const char *key)
{
    return object_text(object_member(object, "metadata"), key);
}

const char *object_name(const cJSON *object)
{
    return metadata_text(object, "name");
}

const char *object_namespace(const cJSON *object)
{
    return metadata_text(object, "namespace");
}

const char *object_uid(const cJSON *object)
{
    return metadata_text(object, "uid");
}

const char *object_label(const cJSON *object, const char *key)
{
    return object_text(object_member(object_member(object, "metadata"), "labels"), key);
}

int object_version(const cJSON *object, struct resource_version *version)
{
    return resource_version_read(metadata_text(object, "resourceVersion"), version);
}

bool object_deleting(const cJSON *object)
{
    return metadata_text(object, "deletionTimestamp") != NULL;
}

const cJSON *object_controller(const cJSON *object)
{
    const cJSON *owners = object_member(object_member(object, "metadata"), "ownerReferences");
    const cJSON *owner;

    if (!cJSON_IsArray(owners))
        return NULL;
    cJSON_ArrayForEach(owner, owners)
    {
        if (cJSON_IsTrue(object_member(owner, "controller")))
            return owner;
    }
    return NULL;
}
