/* pod - the Pod of one try of a slot. */
#include "controller/pod.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/labels.h"
#include "controller/pod_conflict.h"
#include "controller/pod_record.h"
#include "controller/tree.h"
#include "job/template.h"

#define BINARIES    POD_ROOT "/bin"
#define AGENT       BINARIES "/muster-agent"
#define TOKENS      POD_ROOT "/token"
#define SCRATCH     POD_ROOT "/scratch"
#define MEMORY      "/dev/shm"
#define MESSAGE     "/dev/termination-log" /* where Kubernetes looks unless told otherwise */
#define GRACE       120                    /* seconds */
#define GRACE_MOST  86400                  /* seconds; agents take no more */
#define TOKEN_LIFE  3600                   /* seconds; kubelets renew it long before */
#define INSTALL_CPU "250m"
#define INSTALL_RAM "64Mi"

struct builder {
    const struct job_record *job;
    const struct pod_settings *settings;
    const struct pod_place *place;
    cJSON *pod;
    cJSON *spec;
    cJSON *trainer;
};

/* Identity. */

static void put_number_text(cJSON *object, const char *key, uint32_t number)
{
    char text[16];

    snprintf(text, sizeof text, "%" PRIu32, number);
    tree_put_text(object, key, text);
}

static void metadata_make(const struct builder *builder)
{
    const struct pod_place *place = builder->place;
    cJSON *metadata = tree_open_object(builder->pod, "metadata");
    cJSON *labels = tree_open_object(metadata, "labels");
    cJSON *owner = tree_add_object(tree_put_list(metadata, "ownerReferences"));
    char name[POD_RECORD_NAME];

    pod_record_name(name, builder->job->name, place->attempt, place->slot, place->try);
    tree_put_text(metadata, "name", name);
    tree_put_text(metadata, "namespace", builder->job->namespace);
    tree_put_text(labels, LABELS_JOB, builder->job->name);
    put_number_text(labels, LABELS_ATTEMPT, place->attempt);
    put_number_text(labels, LABELS_SLOT, place->slot);
    tree_put_text(
        tree_open_object(metadata, "annotations"), LABELS_TRUST, builder->settings->trust);
    tree_put_text(owner, "apiVersion", LABELS_VERSION);
    tree_put_text(owner, "kind", LABELS_KIND);
    tree_put_text(owner, "name", builder->job->name);
    tree_put_text(owner, "uid", builder->job->uid);
    tree_put_flag(owner, "controller", true);
}

/* The command. */

/* The pod's grace period, as far as an agent can use it. */
static int grace_seconds(const struct builder *builder)
{
    const cJSON *grace =
        cJSON_GetObjectItemCaseSensitive(builder->spec, "terminationGracePeriodSeconds");
    int seconds = cJSON_IsNumber(grace) ? grace->valueint : 0;

    if (seconds < 1)
        return 1;
    return seconds < GRACE_MOST ? seconds : GRACE_MOST;
}

static void options_add(const struct builder *builder, cJSON *arguments)
{
    const char *message = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(builder->trainer, "terminationMessagePath"));
    const struct pod_place *place = builder->place;
    char name[POD_RECORD_NAME];

    pod_record_name(name, builder->job->name, place->attempt, place->slot, place->try);
    tree_add_format(arguments, "--job=%s", builder->job->uid);
    tree_add_format(arguments, "--attempt=%" PRIu32, builder->place->attempt);
    tree_add_format(arguments, "--slot=%" PRIu32, builder->place->slot);
    tree_add_format(arguments, "--ranks=%" PRId64, builder->job->job->ranks_per_replica);
    tree_add_format(arguments, "--directory=%s", builder->settings->directory);
    tree_add_text(arguments, "--token-file=" TOKENS "/token");
    tree_add_text(arguments, "--trust-file=" TOKENS "/trust");
    tree_add_format(arguments, "--listen=0.0.0.0:%d", POD_AGENT_PORT);
    tree_add_text(arguments, "--host=$(MUSTER_POD_IP)");
    tree_add_text(arguments, "--node=$(MUSTER_NODE)");
    tree_add_format(arguments, "--pod=%s", name);
    tree_add_format(arguments, "--metrics=0.0.0.0:%d", POD_METRICS_PORT);
    tree_add_format(arguments, "--verdict=%s", message ? message : MESSAGE);
    tree_add_format(arguments, "--grace=%d", grace_seconds(builder));
    tree_add_text(arguments, "--");
}

/* Moves the words of a list of the container to the end of `arguments`. */
static void words_move(cJSON *container, const char *key, cJSON *arguments)
{
    cJSON *words = cJSON_DetachItemFromObjectCaseSensitive(container, key);

    while (words && words->child)
        cJSON_AddItemToArray(arguments, cJSON_DetachItemFromArray(words, 0));
    cJSON_Delete(words);
}

static void command_make(const struct builder *builder)
{
    CLEAN(tree) cJSON *arguments = tree_list();

    options_add(builder, arguments);
    if (tree_has(builder->trainer, "command")) {
        words_move(builder->trainer, "command", arguments);
        words_move(builder->trainer, "args", arguments);
    } else {
        tree_add_text(arguments, "muster-trainer");
        tree_add_text(arguments, "fit");
    }
    tree_add_text(tree_put_list(builder->trainer, "command"), AGENT);
    tree_put(builder->trainer, "args", TAKE(arguments));
}

static void variable_add(cJSON *variables, const char *name, const char *field)
{
    cJSON *variable = tree_add_object(variables);

    tree_put_text(variable, "name", name);
    tree_put_text(
        tree_put_object(tree_put_object(variable, "valueFrom"), "fieldRef"), "fieldPath", field);
}

static void port_add(cJSON *ports, const char *name, int number)
{
    cJSON *port = tree_add_object(ports);

    tree_put_text(port, "name", name);
    tree_put_number(port, "containerPort", number);
}

/* Volumes. */

static cJSON *volume_add(const struct builder *builder, const char *name, const char *kind)
{
    cJSON *volume = tree_add_object(tree_open_list(builder->spec, "volumes"));

    tree_put_text(volume, "name", name);
    return tree_put_object(volume, kind);
}

static void mount_add(cJSON *container, const char *volume, const char *path, bool read_only)
{
    cJSON *mount = tree_add_object(tree_open_list(container, "volumeMounts"));

    tree_put_text(mount, "name", volume);
    tree_put_text(mount, "mountPath", path);
    if (read_only)
        tree_put_flag(mount, "readOnly", true);
}

static bool mounts(const cJSON *container, const char *path)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(container, "volumeMounts");
    const cJSON *mount;

    cJSON_ArrayForEach(mount, list)
    {
        const char *there =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(mount, "mountPath"));

        if (there && !strcmp(there, path))
            return true;
    }
    return false;
}

/* What the agent enrols with: the token of its pod, and whom to believe. */
static void token_make(const struct builder *builder)
{
    cJSON *sources = tree_put_list(volume_add(builder, "muster-token", "projected"), "sources");
    cJSON *token = tree_put_object(tree_add_object(sources), "serviceAccountToken");
    cJSON *trust = tree_put_object(tree_add_object(sources), "downwardAPI");

    tree_put_text(token, "audience", POD_AUDIENCE);
    tree_put_number(token, "expirationSeconds", TOKEN_LIFE);
    tree_put_text(token, "path", "token");
    trust = tree_add_object(tree_put_list(trust, "items"));
    tree_put_text(trust, "path", "trust");
    tree_put_text(tree_put_object(trust, "fieldRef"),
                  "fieldPath",
                  "metadata.annotations['" LABELS_TRUST "']");
    mount_add(builder->trainer, "muster-token", TOKENS, true);
}

static void volumes_make(const struct builder *builder)
{
    volume_add(builder, "muster-agent", "emptyDir");
    mount_add(builder->trainer, "muster-agent", BINARIES, true);
    token_make(builder);
    volume_add(builder, "muster-scratch", "emptyDir");
    mount_add(builder->trainer, "muster-scratch", SCRATCH, false);
    if (mounts(builder->trainer, MEMORY))
        return;
    tree_put_text(volume_add(builder, "muster-shm", "emptyDir"), "medium", "Memory");
    mount_add(builder->trainer, "muster-shm", MEMORY, false);
}

/* Containers. */

/* What it asks for is also its limit, so that a pod whose containers all do the same keeps its
 * class of service, and a namespace that demands limits is served. */
static void resources_make(cJSON *container)
{
    static const char *const kinds[] = {"requests", "limits"};
    cJSON *resources = tree_put_object(container, "resources");

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        cJSON *amounts = tree_put_object(resources, kinds[i]);

        tree_put_text(amounts, "cpu", INSTALL_CPU);
        tree_put_text(amounts, "memory", INSTALL_RAM);
    }
}

static void install_make(const struct builder *builder)
{
    cJSON *container = tree_object();
    cJSON *command = tree_put_list(container, "command");
    cJSON *security = tree_put_object(container, "securityContext");

    tree_put_text(container, "name", "muster-install");
    tree_put_text(container, "image", builder->settings->agent_image);
    tree_add_text(command, "/muster-agent");
    tree_add_text(command, "install");
    tree_add_text(command, AGENT);
    resources_make(container);
    tree_put_flag(security, "allowPrivilegeEscalation", false);
    tree_put_flag(security, "readOnlyRootFilesystem", true);
    tree_add_text(tree_put_list(tree_put_object(security, "capabilities"), "drop"), "ALL");
    tree_put_text(tree_put_object(security, "seccompProfile"), "type", "RuntimeDefault");
    mount_add(container, "muster-agent", BINARIES, false);
    if (!cJSON_InsertItemInArray(tree_open_list(builder->spec, "initContainers"), 0, container))
        abort();
}

static void trainer_make(const struct builder *builder)
{
    cJSON *variables = tree_open_list(builder->trainer, "env");
    cJSON *ports = tree_open_list(builder->trainer, "ports");

    if (!tree_has(builder->trainer, "image"))
        tree_put_text(builder->trainer, "image", builder->settings->trainer_image);
    command_make(builder);
    variable_add(variables, "MUSTER_POD_IP", "status.podIP");
    variable_add(variables, "MUSTER_NODE", "spec.nodeName");
    port_add(ports, "muster-agent", POD_AGENT_PORT);
    port_add(ports, "muster-metrics", POD_METRICS_PORT);
}

static void spec_make(const struct builder *builder)
{
    cJSON *spec = builder->spec;

    tree_put_text(spec, "restartPolicy", "Never");
    if (!tree_has(spec, "terminationGracePeriodSeconds"))
        tree_put_number(spec, "terminationGracePeriodSeconds", GRACE);
    if (!tree_has(spec, "automountServiceAccountToken"))
        tree_put_flag(spec, "automountServiceAccountToken", false);
}

/* The template as a tree; a job without one gets the least that is one. */
static cJSON *template_tree(const struct job_record *job)
{
    static const char least[] = "{\"spec\":{\"containers\":[{\"name\":\"" LABELS_TRAINER "\"}]}}";

    return cJSON_Parse(job->job->template ? job->job->template : least);
}

int pod_build(const struct job_record *job,
              const struct pod_settings *settings,
              const struct pod_place *place,
              struct text *body,
              struct error *error)
{
    CLEAN(tree) cJSON *pod = template_tree(job);
    struct builder builder = {.job = job, .settings = settings, .place = place, .pod = pod};

    if (!pod)
        return error_set(error, "spec.template: cannot be read");
    if (pod_conflict(pod, error))
        return -1;
    tree_put_text(pod, "apiVersion", "v1");
    tree_put_text(pod, "kind", "Pod");
    builder.spec = tree_open_object(pod, "spec");
    builder.trainer = (cJSON *)template_trainer(builder.spec);
    metadata_make(&builder);
    spec_make(&builder);
    trainer_make(&builder);
    volumes_make(&builder);
    install_make(&builder);
    json_add_tree(body, pod);
    return 0;
}
