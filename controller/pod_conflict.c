/* pod_conflict - whether a pod template leaves room for what Muster adds. */
#include "controller/pod_conflict.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "controller/labels.h"
#include "controller/pod.h"
#include "job/template.h"
#include "kube/object.h"

#define OWN_NAME     "muster-"
#define OWN_VARIABLE "MUSTER_"

static bool begins(const char *text, const char *with)
{
    return text && !strncmp(text, with, strlen(with));
}

/* A path at or below the root of what is Muster's. */
static bool below_root(const char *path)
{
    size_t length = strlen(POD_ROOT);

    return begins(path, POD_ROOT) && (path[length] == '\0' || path[length] == '/');
}

/* Checks that a place is absent, null, or an object (list = false) or a list of objects. */
static int shape_check(
    const cJSON *parent, const char *key, bool list, const char *path, struct error *error)
{
    const cJSON *value = object_member(parent, key);
    const cJSON *element;

    if (!value || cJSON_IsNull(value))
        return 0;
    if (list ? !cJSON_IsArray(value) : !cJSON_IsObject(value))
        return error_set(error, "%s.%s: must be %s", path, key, list ? "a list" : "an object");
    if (!list)
        return 0;
    cJSON_ArrayForEach(element, value)
    {
        if (!cJSON_IsObject(element))
            return error_set(error, "%s.%s: must be a list of objects", path, key);
    }
    return 0;
}

/* Checks a text of each element of a list. */
static int texts_check(const cJSON *parent,
                       const char *list,
                       const char *key,
                       const char *reserved,
                       const char *path,
                       struct error *error)
{
    const cJSON *element;
    int index = 0;

    cJSON_ArrayForEach(element, object_member(parent, list))
    {
        const char *text = object_text(element, key);

        if (begins(text, reserved))
            return error_set(error,
                             "%s.%s[%d].%s: may not begin with %s, which is Muster's own, is %.64s",
                             path,
                             list,
                             index,
                             key,
                             reserved,
                             text);
        index++;
    }
    return 0;
}

static int mounts_check(const cJSON *trainer, const char *path, struct error *error)
{
    const cJSON *mount;
    int index = 0;

    cJSON_ArrayForEach(mount, object_member(trainer, "volumeMounts"))
    {
        const char *there = object_text(mount, "mountPath");

        if (there && below_root(there))
            return error_set(error,
                             "%s.volumeMounts[%d].mountPath: may not be at or below " POD_ROOT
                             ", which is Muster's own, is %.64s",
                             path,
                             index,
                             there);
        index++;
    }
    return 0;
}

/* The containers of a pod share its ports. */
static int ports_check(const cJSON *container, const char *path, struct error *error)
{
    const cJSON *port;
    int index = 0;

    cJSON_ArrayForEach(port, object_member(container, "ports"))
    {
        const cJSON *number = object_member(port, "containerPort");

        if (cJSON_IsNumber(number) &&
            (number->valueint == POD_AGENT_PORT || number->valueint == POD_METRICS_PORT))
            return error_set(error,
                             "%s.ports[%d].containerPort: may not be %d or %d, which the agent "
                             "listens on",
                             path,
                             index,
                             POD_AGENT_PORT,
                             POD_METRICS_PORT);
        index++;
    }
    return texts_check(container, "ports", "name", OWN_NAME, path, error);
}

static int trainer_check(const cJSON *trainer, const char *path, struct error *error)
{
    return shape_check(trainer, "env", true, path, error) ||
           shape_check(trainer, "volumeMounts", true, path, error) ||
           shape_check(trainer, "ports", true, path, error) ||
           texts_check(trainer, "env", "name", OWN_VARIABLE, path, error) ||
           mounts_check(trainer, path, error);
}

static int containers_check(const cJSON *spec, const cJSON *trainer, struct error *error)
{
    const cJSON *container;
    char path[64];
    int index = 0;

    cJSON_ArrayForEach(container, object_member(spec, "containers"))
    {
        snprintf(path, sizeof path, "spec.template.spec.containers[%d]", index++);
        if (ports_check(container, path, error) ||
            (container == trainer && trainer_check(container, path, error)))
            return -1;
    }
    return 0;
}

int pod_conflict(const struct cJSON *template, struct error *error)
{
    const cJSON *spec = object_member(template, "spec");
    const cJSON *trainer = template_trainer(spec);

    if (!cJSON_IsObject(trainer))
        return error_set(error,
                         "spec.template.spec.containers: must have one named " LABELS_TRAINER
                         ", or be a single one");
    if (shape_check(template, "metadata", false, "spec.template", error) ||
        shape_check(object_member(template, "metadata"),
                    "labels",
                    false,
                    "spec.template.metadata",
                    error) ||
        shape_check(object_member(template, "metadata"),
                    "annotations",
                    false,
                    "spec.template.metadata",
                    error) ||
        shape_check(spec, "volumes", true, "spec.template.spec", error) ||
        shape_check(spec, "initContainers", true, "spec.template.spec", error) ||
        texts_check(spec, "volumes", "name", OWN_NAME, "spec.template.spec", error) ||
        texts_check(spec, "containers", "name", OWN_NAME, "spec.template.spec", error) ||
        texts_check(spec, "initContainers", "name", OWN_NAME, "spec.template.spec", error) ||
        containers_check(spec, trainer, error))
        return -1;
    return 0;
}
