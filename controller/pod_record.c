/* pod_record - a Pod reduced. */
#include "controller/pod_record.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "controller/excerpt.h"
#include "controller/labels.h"
#include "job/job.h"
#include "kube/object.h"

#define NODE_MOST    253
#define ADDRESS_MOST 64
#define EXIT_KILLED  137 /* 128 and SIGKILL */

void pod_record_done(struct pod_record *record)
{
    free(record->node);
    free(record->address);
    free(record->reason);
    free(record->text);
    *record = (struct pod_record){0};
}

void pod_record_name(
    char name[POD_RECORD_NAME], const char *job, uint32_t attempt, uint32_t slot, uint32_t try)
{
    snprintf(name,
             POD_RECORD_NAME,
             "%.*s-%" PRIu32 "-%" PRIu32 "-%" PRIu32,
             JOB_NAME,
             job,
             attempt,
             slot,
             try);
}

/* Whose it is, and where in the gang. */

static void owner_read(const cJSON *pod, struct pod_record *record)
{
    const cJSON *owner = object_controller(pod);
    const char *kind = object_text(owner, "kind");
    const char *version = object_text(owner, "apiVersion");

    if (kind && version && !strcmp(kind, LABELS_KIND) &&
        !strncmp(version, LABELS_PREFIX, strlen(LABELS_PREFIX)))
        excerpt_whole(record->job, sizeof record->job, object_text(owner, "uid"));
}

/* Reads a label that holds a whole number. Returns 0 or 1. */
static int number_read(const cJSON *pod, const char *label, int64_t least, uint32_t *number)
{
    const char *text = object_label(pod, label);
    int64_t value;

    if (!text || text_integer(text, least, UINT32_MAX, &value))
        return 1;
    *number = (uint32_t)value;
    return 0;
}

static void place_read(const cJSON *pod, struct pod_record *record)
{
    const char *job = object_label(pod, LABELS_JOB);
    const char *last = strrchr(record->name, '-');
    char name[POD_RECORD_NAME];
    int64_t try;

    if (!job || !last || text_integer(last + 1, 0, UINT32_MAX, &try) ||
        number_read(pod, LABELS_ATTEMPT, 1, &record->attempt) ||
        number_read(pod, LABELS_SLOT, 0, &record->slot))
        return;
    record->try = (uint32_t)try;
    pod_record_name(name, job, record->attempt, record->slot, record->try);
    record->placed = record->slot < JOB_REPLICAS && !strcmp(name, record->name);
}

/* How it is. */

static enum pod_phase phase_read(const char *phase)
{
    static const char *const phases[] = {"Pending", "Running", "Succeeded", "Failed"};

    for (unsigned i = 0; phase && i < sizeof phases / sizeof *phases; i++) {
        if (!strcmp(phase, phases[i]))
            return i;
    }
    return POD_UNKNOWN;
}

static bool is(const char *text, const char *word)
{
    return text && !strcmp(text, word);
}

/* Keeps the worst trouble, and of equal ones the first. */
static void trouble_note(struct pod_record *record, enum pod_trouble trouble, const char *reason)
{
    if (trouble <= record->trouble)
        return;
    record->trouble = (uint8_t)trouble;
    free(record->reason);
    record->reason = excerpt_copy(reason, POD_RECORD_REASON);
}

/* Disruptions that are no fault of the job or of its node. */
static bool blameless(const char *reason)
{
    return is(reason, "PreemptionByScheduler") || is(reason, "EvictionByEvictionAPI") ||
           is(reason, "TerminationByKubelet");
}

static void condition_read(const cJSON *condition, struct pod_record *record)
{
    const char *type = object_text(condition, "type");
    const char *reason = object_text(condition, "reason");
    const char *message = object_text(condition, "message");
    bool holds = is(object_text(condition, "status"), "True");

    if (is(type, "Ready"))
        record->ready = holds;
    else if (is(type, "DisruptionTarget"))
        record->disrupted = holds && blameless(reason);
    else if (is(type, "PodScheduled") && !holds && is(reason, "SchedulingGated"))
        trouble_note(record, POD_TROUBLE_GATED, message ? message : reason);
    else if (is(type, "PodScheduled") && !holds && is(reason, "Unschedulable"))
        trouble_note(record, POD_TROUBLE_UNSCHEDULABLE, message ? message : reason);
}

static enum pod_trouble waiting_trouble(const char *reason)
{
    static const struct {
        const char *reason;
        enum pod_trouble trouble;
    } known[] = {{"ErrImagePull", POD_TROUBLE_IMAGE},
                 {"ImagePullBackOff", POD_TROUBLE_IMAGE},
                 {"InvalidImageName", POD_TROUBLE_IMAGE},
                 {"ErrImageNeverPull", POD_TROUBLE_IMAGE},
                 {"ImageInspectError", POD_TROUBLE_IMAGE},
                 {"RegistryUnavailable", POD_TROUBLE_IMAGE},
                 {"SignatureValidationFailed", POD_TROUBLE_IMAGE},
                 {"CreateContainerConfigError", POD_TROUBLE_CONTAINER},
                 {"CreateContainerError", POD_TROUBLE_CONTAINER},
                 {"RunContainerError", POD_TROUBLE_CONTAINER}};

    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        if (is(reason, known[i].reason))
            return known[i].trouble;
    }
    return POD_TROUBLE_NONE;
}

/* A container that waits, of any kind. */
static void waiting_read(const cJSON *status, struct pod_record *record)
{
    const cJSON *waiting = object_member(object_member(status, "state"), "waiting");
    const char *reason = object_text(waiting, "reason");
    const char *message = object_text(waiting, "message");
    const char *image = object_text(status, "image");
    CLEAN(text) struct text said = {0};

    if (waiting_trouble(reason) == POD_TROUBLE_IMAGE && image)
        text_addf(&said, "image %.256s: ", image);
    text_addf(&said, "%.512s", message && *message ? message : reason ? reason : "");
    trouble_note(record, waiting_trouble(reason), said.data);
}

/* Takes away the ends of lines at the end of a text, which may be NULL. */
static void lines_end(char *text)
{
    size_t size = text ? strlen(text) : 0;

    while (size && text[size - 1] == '\n')
        text[--size] = '\0';
}

static void end_read(const cJSON *terminated, struct pod_record *record)
{
    const cJSON *code = object_member(terminated, "exitCode");
    const char *text;

    record->ended = true;
    record->exit_code = cJSON_IsNumber(code) ? code->valueint : -1;
    record->verdict = (uint8_t)verdict_read(object_text(terminated, "message"), &text);
    free(record->text);
    free(record->reason);
    record->text = excerpt_copy(text, POD_RECORD_VERDICT);
    lines_end(record->text);
    record->reason = excerpt_copy(object_text(terminated, "reason"), POD_RECORD_REASON);
    /* Some runtimes say OOMKilled of every container in which anything was: the code says which. */
    record->starved = is(record->reason, "OOMKilled") && record->exit_code == EXIT_KILLED &&
                      record->verdict == VERDICT_NONE;
}

/* An init container that runs, or that has failed: where the pod fails for it, the agent's has
 * never run, and this alone says why. */
static void init_read(const cJSON *status, struct pod_record *record)
{
    const cJSON *state = object_member(status, "state");
    const cJSON *terminated = object_member(state, "terminated");
    const cJSON *code = object_member(terminated, "exitCode");
    const char *name = object_text(status, "name");
    const char *reason = object_text(terminated, "reason");
    const char *message = object_text(terminated, "message");
    CLEAN(text) struct text said = {0};

    if (object_member(state, "running"))
        record->initialising = true;
    if (record->phase != POD_FAILED || !cJSON_IsNumber(code) || !code->valueint)
        return;
    text_addf(&said,
              "init container %.63s ended with exit code %d",
              name ? name : "without a name",
              code->valueint);
    if (reason && *reason)
        text_addf(&said, ", %.63s", reason);
    if (message && *message)
        text_addf(&said, ": %.256s", message);
    free(record->reason);
    record->reason = excerpt_copy(said.data, POD_RECORD_REASON);
    lines_end(record->reason);
}

/* The status of the container that the agent runs in: the one named so, or the only one. */
static const cJSON *agent_find(const cJSON *statuses)
{
    const cJSON *status;

    cJSON_ArrayForEach(status, statuses)
    {
        if (is(object_text(status, "name"), LABELS_TRAINER))
            return status;
    }
    return cJSON_GetArraySize(statuses) == 1 ? statuses->child : NULL;
}

static void containers_read(const cJSON *status, struct pod_record *record)
{
    const cJSON *statuses = object_member(status, "containerStatuses");
    const cJSON *agent = cJSON_IsArray(statuses) ? agent_find(statuses) : NULL;
    const cJSON *terminated = object_member(object_member(agent, "state"), "terminated");
    const cJSON *container;

    cJSON_ArrayForEach(container, object_member(status, "initContainerStatuses"))
    {
        waiting_read(container, record);
        init_read(container, record);
    }
    cJSON_ArrayForEach(container, statuses) waiting_read(container, record);
    if (cJSON_IsObject(terminated))
        end_read(terminated, record);
}

/* A pod that fails as a whole says why, where no container does. */
static void failure_read(const cJSON *status, struct pod_record *record)
{
    const char *reason = object_text(status, "reason");
    const char *message = object_text(status, "message");
    CLEAN(text) struct text said = {0};

    if (record->phase != POD_FAILED || !reason || !*reason)
        return;
    text_addf(&said, "%.128s", reason);
    if (message && *message)
        text_addf(&said, ": %.512s", message);
    free(record->reason);
    record->reason = excerpt_copy(said.data, POD_RECORD_REASON);
}

static void status_read(const cJSON *pod, struct pod_record *record)
{
    const cJSON *status = object_member(pod, "status");
    const cJSON *condition;

    record->phase = (uint8_t)phase_read(object_text(status, "phase"));
    record->address = excerpt_copy(object_text(status, "podIP"), ADDRESS_MOST);
    cJSON_ArrayForEach(condition, object_member(status, "conditions"))
        condition_read(condition, record);
    containers_read(status, record);
    failure_read(status, record);
}

int pod_record_read(const struct cJSON *pod, struct pod_record *record, struct error *error)
{
    struct pod_record fresh = {0};

    if (excerpt_whole(fresh.name, sizeof fresh.name, object_name(pod)) ||
        excerpt_whole(fresh.uid, sizeof fresh.uid, object_uid(pod)) ||
        object_version(pod, &fresh.version))
        return error_set(error, "a Pod without a usable name, uid or resourceVersion");
    timestamp_read(object_text(object_member(pod, "metadata"), "creationTimestamp"),
                   &fresh.created);
    fresh.deleting = object_deleting(pod);
    fresh.node = excerpt_copy(object_text(object_member(pod, "spec"), "nodeName"), NODE_MOST);
    owner_read(pod, &fresh);
    place_read(pod, &fresh);
    status_read(pod, &fresh);
    *record = fresh;
    return 0;
}

bool pod_record_over(const struct pod_record *record)
{
    return record->deleting || record->gone || pod_record_dead(record);
}

bool pod_record_dead(const struct pod_record *record)
{
    return record->ended || record->phase == POD_FAILED || record->phase == POD_SUCCEEDED;
}

bool pod_record_blameless(const struct pod_record *record)
{
    return record->disrupted || record->verdict == VERDICT_DRAINED;
}

void pod_record_add_end(const struct pod_record *record, struct text *out)
{
    bool failed = record->phase == POD_FAILED;

    if (record->verdict == VERDICT_DRAINED) {
        text_add(out, "has left");
        if (record->text && *record->text)
            text_addf(out, ": %s", record->text);
        return;
    }
    if (record->ended)
        text_addf(out, "ended with exit code %d", (int)record->exit_code);
    else if (failed)
        text_add(out, "failed");
    else if (record->deleting || record->gone)
        text_add(out, "was deleted");
    else
        text_add(out, "ended without a word");
    if (record->verdict == VERDICT_REPLACE && record->text)
        text_addf(out, " (%.256s)", record->text);
    else if ((record->ended || failed) && record->reason)
        text_addf(out, " (%s)", record->reason);
}
