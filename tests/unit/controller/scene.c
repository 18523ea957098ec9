/* scene - what a controller sees of one job, and an API server that carries plans out. */
#include "scene.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "controller/tree.h"
#include "kube/object.h"
#include "support/check.h"

#define ROOT  "tests/golden/reconcile/"
#define LIMIT (1 << 20)

static const struct reconcile_settings settings = {
    .pod = {.agent_image = "registry.example/muster-agent:1",
            .trainer_image = "registry.example/muster-trainer:1",
            .directory = "10.0.0.10:7070",
            .trust = "-----BEGIN CERTIFICATE-----\n"},
    .progress_seconds = RECONCILE_PROGRESS,
};

static const char *const standing_words[] = {"Unknown", "Silent", "Idle", "Running", NULL};

/* JSON. */

struct cJSON *scene_file(const char *name, const char *file)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    struct error error = {""};
    cJSON *json;

    text_addf(&path, ROOT "%s/%s", name, file);
    if (file_read(path.data, LIMIT, &content, &error)) {
        printf("\n%s: %s\n", path.data, error.text);
        CU_FAIL_FATAL("a golden file is missing");
    }
    json = cJSON_Parse(text_string(&content));
    if (!json)
        printf("\n%s is not JSON\n", path.data);
    CU_ASSERT_FATAL(json != NULL);
    return json;
}

void scene_merge(struct cJSON *into, const struct cJSON *patch)
{
    const cJSON *value;

    cJSON_ArrayForEach(value, patch)
    {
        cJSON *old = cJSON_GetObjectItemCaseSensitive(into, value->string);

        if (cJSON_IsNull(value))
            cJSON_DeleteItemFromObjectCaseSensitive(into, value->string);
        else if (cJSON_IsObject(value) && cJSON_IsObject(old))
            scene_merge(old, value);
        else if (cJSON_IsObject(value))
            scene_merge(tree_put_object(into, value->string), value);
        else
            tree_put(into, value->string, cJSON_Duplicate(value, true));
    }
}

static int64_t time_at(const cJSON *object, const char *key)
{
    int64_t seconds = 0;

    timestamp_read(object_text(object, key), &seconds);
    return seconds;
}

static int64_t whole_at(const cJSON *object, const char *key)
{
    const cJSON *number = object_member(object, key);

    return number ? (int64_t)number->valuedouble : 0;
}

static unsigned word_at(const cJSON *object, const char *key, const char *const *words)
{
    const char *word = object_text(object, key);
    unsigned i = 0;

    while (word && words[i] && strcmp(words[i], word) != 0)
        i++;
    CU_ASSERT_FATAL(!word || words[i]);
    return word ? i : 0;
}

/* Objects. */

static void version_put(struct scene *scene, cJSON *object)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", (long long)++scene->version);
    tree_put_text(tree_open_object(object, "metadata"), "resourceVersion", digits);
}

static void job_make(struct scene *scene, const cJSON *observed)
{
    const cJSON *patch = object_member(observed, "job");
    const char *status = object_text(observed, "status");

    if (cJSON_IsNull(patch))
        return;
    scene->job = scene_file("base", "job.json");
    if (status) {
        CLEAN(text) struct text file = {0};

        text_addf(&file, "%s.json", status);
        tree_put(scene->job, "status", scene_file("base", file.data));
    }
    scene_merge(scene->job, patch);
    version_put(scene, scene->job);
}

static void pod_make(struct scene *scene, const cJSON *observed)
{
    cJSON *pod = scene_file("base", "pod.json");
    cJSON *metadata = tree_open_object(pod, "metadata");
    cJSON *labels = tree_open_object(metadata, "labels");
    char name[POD_RECORD_NAME];
    char number[16];

    pod_record_name(name,
                    "digits",
                    (uint32_t)whole_at(observed, "attempt"),
                    (uint32_t)whole_at(observed, "slot"),
                    (uint32_t)whole_at(observed, "try"));
    tree_put_text(metadata, "name", name);
    tree_put_text(metadata, "uid", name + strlen("digits-"));
    snprintf(number, sizeof number, "%lld", (long long)whole_at(observed, "attempt"));
    tree_put_text(labels, "muster.dev/attempt", number);
    snprintf(number, sizeof number, "%lld", (long long)whole_at(observed, "slot"));
    tree_put_text(labels, "muster.dev/slot", number);
    if (object_member(observed, "patch"))
        scene_merge(pod, object_member(observed, "patch"));
    version_put(scene, pod);
    cJSON_AddItemToArray(scene->pods, pod);
}

/* Records. */

static void stranger_read(struct scene *scene, const cJSON *observed)
{
    struct pod_record *record = &scene->stranger_records[scene->seen.stranger_count];
    struct error error;

    CU_ASSERT_FATAL(pod_record_read(object_member(observed, "pod"), record, &error) == 0);
    scene->strangers[scene->seen.stranger_count++] =
        (struct observed_stranger){record, time_at(observed, "time")};
    scene->seen.strangers = scene->strangers;
}

static void incident_read(struct report *report, const cJSON *json)
{
    struct status_incident incident = {.time = report->time,
                                       .attempt = report->attempt,
                                       .generation = whole_at(json, "generation"),
                                       .slot = (uint32_t)whole_at(json, "slot"),
                                       .rung = (uint32_t)whole_at(json, "rung"),
                                       .milliseconds = {1, 2, 3, 4, 10}};

    snprintf(incident.cause, sizeof incident.cause, "%s", object_text(json, "cause"));
    report_happened(report, &incident);
}

static void report_read_file(struct scene *scene, const cJSON *json)
{
    static const char *const states[] = {
        "Unknown", "Forming", "Running", "Succeeded", "Failed", "Stopped", NULL};
    struct report *report = &scene->report;
    const char *unsaved = object_text(json, "unsaved");
    const char *text = object_text(json, "text");
    const cJSON *step = object_member(json, "step");
    const cJSON *saved = object_member(json, "saved");
    const cJSON *incident;

    report->time = time_at(json, "time");
    report->attempt = (uint32_t)whole_at(json, "attempt");
    report->state = word_at(json, "state", states);
    report->generation = whole_at(json, "generation");
    report->members = (uint32_t)whole_at(json, "members");
    report->saved = saved ? whole_at(json, "saved") : -1;
    report->text = text ? memory_text(text) : NULL;
    snprintf(report->unsaved, sizeof report->unsaved, "%s", unsaved ? unsaved : "");
    report->progress = (struct status_progress){.known = step,
                                                .step = whole_at(json, "step"),
                                                .total_steps = 1000,
                                                .samples = 128 * whole_at(json, "step"),
                                                .loss = step ? 0.5 : NAN,
                                                .accuracy = NAN};
    cJSON_ArrayForEach(incident, object_member(json, "incidents")) incident_read(report, incident);
    scene->seen.report = report;
}

static void rest_read(struct scene *scene, const cJSON *observed)
{
    static const char *const kinds[] = {"None", "Quota", "Denied", "Invalid", "Terminating", NULL};
    const cJSON *refusal = object_member(observed, "refusal");
    const cJSON *stranger;
    struct observation *seen = &scene->seen;

    seen->now = time_at(observed, "now");
    seen->status_written = time_at(observed, "statusWritten");
    seen->quorum_lost = (uint32_t)whole_at(observed, "quorumLost");
    seen->fenced = time_at(observed, "fenced");
    scene->lost_node = object_text(observed, "lostNode");
    seen->lost_nodes = &scene->lost_node;
    seen->lost_node_count = scene->lost_node != NULL;
    resource_version_read(object_text(observed, "writtenJob"), &seen->written_job);
    resource_version_read(object_text(observed, "writtenPods"), &seen->written_pods);
    resource_version_read(object_text(observed, "seenPods"), &seen->seen_pods);
    if (object_member(observed, "witness")) {
        witness_record_read(object_member(observed, "witness"), &scene->witness);
        seen->witness = &scene->witness;
    }
    cJSON_ArrayForEach(stranger, object_member(observed, "strangers"))
        stranger_read(scene, stranger);
    if (object_member(observed, "report"))
        report_read_file(scene, object_member(observed, "report"));
    if (!refusal)
        return;
    scene->refusal = memory_text(object_text(refusal, "message"));
    seen->refusal = (struct observed_refusal){.kind = word_at(refusal, "kind", kinds),
                                              .message = scene->refusal,
                                              .time = time_at(refusal, "time"),
                                              .count = (unsigned)whole_at(refusal, "count")};
}

static void records_done(struct scene *scene)
{
    job_record_done(&scene->job_record);
    for (size_t i = 0; i < scene->seen.pod_count; i++)
        pod_record_done(&scene->pod_records[i]);
    scene->seen.pod_count = 0;
}

/* What Events say of the pod that comes first. */
static void word_read(struct scene *scene)
{
    const cJSON *word = object_member(scene->observed, "word");

    if (word && scene->seen.pod_count)
        scene->seen.word = (struct observed_word){scene->seen.pods[0],
                                                  (enum pod_trouble)whole_at(word, "trouble"),
                                                  object_text(word, "text")};
}

/* Reduces the objects anew. */
void scene_look(struct scene *scene)
{
    struct error error;
    const cJSON *pod;

    records_done(scene);
    if (scene->job)
        CU_ASSERT_FATAL(job_record_read(scene->job, &scene->job_record, &error) == 0);
    scene->seen.job = scene->job ? &scene->job_record : NULL;
    cJSON_ArrayForEach(pod, scene->pods)
    {
        struct pod_record *record = &scene->pod_records[scene->seen.pod_count];

        CU_ASSERT_FATAL(scene->seen.pod_count < SCENE_PODS);
        CU_ASSERT_FATAL(pod_record_read(pod, record, &error) == 0);
        record->gone = cJSON_IsTrue(object_member(pod, "gone"));
        scene->pod_pointers[scene->seen.pod_count++] = record;
    }
    scene->seen.pods = scene->pod_pointers;
    word_read(scene);
}

void scene_open(struct scene *scene, const char *name)
{
    cJSON *observed = scene_file(name, "observed.json");
    const cJSON *stood;
    const cJSON *pod;

    memset(scene, 0, sizeof *scene);
    scene->observed = observed;
    scene->version = 100;
    scene->pods = tree_list();
    job_make(scene, observed);
    cJSON_ArrayForEach(pod, object_member(observed, "pods")) pod_make(scene, pod);
    status_init(&scene->job_record.status);
    rest_read(scene, observed);
    scene_look(scene);
    cJSON_ArrayForEach(stood, object_member(observed, "standings"))
    {
        scene_stand(scene, stood->string, word_at(stood, "standing", standing_words));
        scene->standings[scene->seen.standing_count - 1].time = time_at(stood, "time");
    }
}

void scene_done(struct scene *scene)
{
    records_done(scene);
    for (size_t i = 0; i < scene->seen.stranger_count; i++)
        pod_record_done(&scene->stranger_records[i]);
    report_done(&scene->report);
    witness_record_done(&scene->witness);
    free(scene->refusal);
    cJSON_Delete(scene->observed);
    cJSON_Delete(scene->job);
    cJSON_Delete(scene->pods);
}

void scene_reconcile(const struct scene *scene, struct plan *plan)
{
    reconcile(&scene->seen, &settings, plan);
}

/* The API server. */

struct cJSON *scene_pod(const struct scene *scene, const char *name)
{
    cJSON *pod;

    cJSON_ArrayForEach(pod, scene->pods)
    {
        if (!strcmp(object_name(pod), name) && !cJSON_IsTrue(object_member(pod, "gone")))
            return pod;
    }
    return NULL;
}

static void create_apply(struct scene *scene, const struct action *action)
{
    cJSON *pod = cJSON_Parse(action->body);

    CU_ASSERT_FATAL(pod != NULL);
    CHECK_TEXT(object_name(pod), action->name);
    CU_ASSERT(scene_pod(scene, action->name) == NULL);
    tree_put_text(tree_open_object(pod, "metadata"), "uid", action->name + strlen("digits-"));
    version_put(scene, pod);
    cJSON_AddItemToArray(scene->pods, pod);
}

static void delete_apply(struct scene *scene, const struct action *action)
{
    cJSON *pod = scene_pod(scene, action->name);

    CU_ASSERT_FATAL(pod != NULL);
    CHECK_TEXT(object_uid(pod), action->uid);
    if (action->grace == 0) {
        tree_put_flag(pod, "gone", true);
        return;
    }
    CU_ASSERT(!object_deleting(pod));
    tree_put_text(tree_open_object(pod, "metadata"), "deletionTimestamp", "2026-01-01T00:00:00Z");
    version_put(scene, pod);
}

static void patch_apply(struct scene *scene, const struct action *action)
{
    cJSON *patch = cJSON_Parse(action->body);
    struct resource_version wanted;

    CU_ASSERT_FATAL(patch != NULL && scene->job != NULL);
    CU_ASSERT(object_version(patch, &wanted) == 0);
    CHECK_TEXT(wanted.digits, scene->job_record.version.digits);
    cJSON_DeleteItemFromObjectCaseSensitive(patch, "metadata");
    CU_ASSERT(cJSON_GetArraySize(patch) == 1 && object_member(patch, "status")->child);
    scene_merge(scene->job, patch);
    version_put(scene, scene->job);
    object_version(scene->job, &scene->seen.written_job);
    scene->seen.status_written = scene->seen.now;
    scene->seen.witness = NULL; /* it was kept, or its attempt is over */
    cJSON_Delete(patch);
}

/* An agent says how it stands. */
static void dial_apply(struct scene *scene, const struct action *action)
{
    const cJSON *answers = object_member(scene->observed, "answers");
    unsigned standing = word_at(answers, action->uid, standing_words);

    scene_stand(scene, action->uid, standing ? standing : STANDING_IDLE);
}

void scene_stand(struct scene *scene, const char *uid, enum standing standing)
{
    struct observed_standing *found = NULL;

    for (size_t i = 0; i < scene->seen.standing_count; i++) {
        if (!strcmp(scene->standings[i].pod->uid, uid))
            found = &scene->standings[i];
    }
    for (size_t i = 0; !found && i < scene->seen.pod_count; i++) {
        if (strcmp(scene->pod_records[i].uid, uid) != 0)
            continue;
        found = &scene->standings[scene->seen.standing_count++];
        found->pod = &scene->pod_records[i];
    }
    if (!found)
        abort();
    found->standing = standing;
    found->time = scene->seen.now;
    scene->seen.standings = scene->standings;
}

void scene_apply_some(struct scene *scene, const struct plan *plan, size_t most)
{
    size_t patches = 0;

    for (size_t i = 0; i < plan->count && i < most; i++) {
        const struct action *action = &plan->items[i];

        CU_ASSERT(i == 0 || plan->items[i - 1].kind <= action->kind);
        if (action->kind == ACTION_CREATE_POD)
            create_apply(scene, action);
        else if (action->kind == ACTION_DELETE_POD)
            delete_apply(scene, action);
        else if (action->kind == ACTION_PATCH_STATUS)
            patch_apply(scene, action);
        else if (action->kind == ACTION_DIAL)
            dial_apply(scene, action);
        else if (action->kind == ACTION_REQUEUE)
            CU_ASSERT(action->due > scene->seen.now);
        patches += action->kind == ACTION_PATCH_STATUS;
    }
    CU_ASSERT(patches <= 1);
    if (plan->fencing && !scene->seen.fenced)
        scene->seen.fenced = scene->seen.now;
    else if (!plan->fencing && (!plan->policy || strcmp(plan->policy, "gate") != 0))
        scene->seen.fenced = 0;
    scene_look(scene);
}

void scene_apply(struct scene *scene, const struct plan *plan)
{
    scene_apply_some(scene, plan, plan->count);
}

size_t scene_requests(const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->count; i++)
        count += plan->items[i].kind <= ACTION_PATCH_STATUS || plan->items[i].kind == ACTION_DIAL;
    return count;
}

/* Plans in words. */

static void action_print(const struct action *action, bool bodies, cJSON *out)
{
    CLEAN(text) struct text time = {0};

    switch (action->kind) {
    case ACTION_CREATE_POD:
        tree_put_text(out, "create", action->name);
        if (bodies)
            tree_put(out, "pod", cJSON_Parse(action->body));
        break;
    case ACTION_DELETE_POD:
        tree_put_text(out, "delete", action->name);
        tree_put_text(out, "uid", action->uid);
        if (action->grace >= 0)
            tree_put_number(out, "grace", (double)action->grace);
        break;
    case ACTION_PATCH_STATUS:
        tree_put(out, "patch", cJSON_Parse(action->body));
        break;
    case ACTION_EVENT:
        tree_put_text(out, action->warning ? "warning" : "event", action->reason);
        tree_put_text(out, "note", action->body);
        break;
    case ACTION_DIAL:
        tree_put_text(out, "dial", action->name);
        break;
    case ACTION_REQUEUE:
        timestamp_add(&time, action->due);
        tree_put_text(out, "requeue", time.data);
        break;
    }
}

void scene_print(const struct plan *plan, bool bodies, struct text *out)
{
    CLEAN(tree) cJSON *json = tree_object();
    cJSON *actions;
    CLEAN_FREE char *printed = NULL;

    if (plan->policy)
        tree_put_text(json, "policy", plan->policy);
    actions = tree_put_list(json, "actions");
    for (size_t i = 0; i < plan->count; i++)
        action_print(&plan->items[i], bodies, tree_add_object(actions));
    printed = cJSON_Print(json);
    text_addf(out, "%s\n", printed);
}

void scene_print_short(const struct plan *plan, struct text *out)
{
    static const char *const words[] = {"delete", "create", "patch", "event", "dial", "requeue"};

    for (size_t i = 0; i < plan->count; i++) {
        const struct action *action = &plan->items[i];

        text_addf(out,
                  "%s%s%s",
                  words[action->kind],
                  *action->name || action->reason ? " " : "",
                  action->reason ? action->reason : action->name);
        text_add(out, "\n");
    }
}
