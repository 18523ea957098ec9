/* Pods made of templates: what is added, what is kept, and what stands in the way. The golden cases
 * first-pods and foreign-trainer show whole ones. */
#include "controller/pod.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "controller/tree.h"
#include "kube/object.h"
#include "support/check.h"

static const struct pod_settings settings = {
    "agent:1", "trainer:1", "10.0.0.10:7070", "whom to believe"};
static const struct pod_place place = {2, 1, 3};

/* Builds a pod from a template, or from none. Returns what pod_build returns. */
static int build(const char *template, bool native, struct text *body, struct error *error)
{
    char name[] = "digits";
    char namespace[] = "team-a";
    struct job job = {
        .native = native, .template = (char *)template, .replicas = 4, .ranks_per_replica = 2};
    struct job_record record = {
        .name = name, .namespace = namespace, .uid = "job-uid", .job = &job};

    return pod_build(&record, &settings, &place, body, error);
}

/* The pod as a tree, the caller's. */
static cJSON *built(const char *template, bool native)
{
    CLEAN(text) struct text body = {0};
    struct error error = {""};
    cJSON *pod;

    CU_ASSERT_FATAL(build(template, native, &body, &error) == 0);
    pod = cJSON_Parse(body.data);
    CU_ASSERT_FATAL(pod != NULL);
    return pod;
}

static const cJSON *trainer_of(const cJSON *pod)
{
    return object_member(object_member(pod, "spec"), "containers")->child;
}

static void a_pod_tells_whose_it_is(void)
{
    CLEAN(tree) cJSON *pod = built(NULL, true);
    const cJSON *owner = object_controller(pod);

    CHECK_TEXT(object_name(pod), "digits-2-1-3");
    CHECK_TEXT(object_namespace(pod), "team-a");
    CHECK_TEXT(object_label(pod, "muster.dev/job"), "digits");
    CHECK_TEXT(object_label(pod, "muster.dev/attempt"), "2");
    CHECK_TEXT(object_label(pod, "muster.dev/slot"), "1");
    CHECK_TEXT(object_text(owner, "uid"), "job-uid");
    CHECK_TEXT(object_text(owner, "kind"), "TrainingJob");
    CU_ASSERT(object_member(owner, "blockOwnerDeletion") == NULL);
}

static void what_a_user_has_said_is_kept(void)
{
    CLEAN(tree)
    cJSON *pod = built(
        "{\"metadata\":{\"labels\":{\"app\":\"x\"},\"annotations\":{\"a\":\"b\"}},\"spec\":{"
        "\"automountServiceAccountToken\":true,\"terminationGracePeriodSeconds\":5,"
        "\"initContainers\":[{\"name\":\"fetch\",\"image\":\"f\"}],"
        "\"containers\":[{\"name\":\"trainer\",\"image\":\"mine:2\",\"command\":[\"a\",\"b\"],"
        "\"args\":[\"$(X)\"],\"livenessProbe\":{\"exec\":{}}}]}}",
        false);
    const cJSON *spec = object_member(pod, "spec");
    const cJSON *first = object_member(spec, "initContainers")->child;
    const cJSON *arguments = object_member(trainer_of(pod), "args");
    int count = cJSON_GetArraySize(arguments);

    CHECK_TEXT(object_label(pod, "app"), "x");
    CHECK_TEXT(object_text(object_member(object_member(pod, "metadata"), "annotations"), "a"), "b");
    CU_ASSERT(cJSON_IsTrue(object_member(spec, "automountServiceAccountToken")));
    CU_ASSERT(object_member(spec, "terminationGracePeriodSeconds")->valueint == 5);
    CHECK_TEXT(object_text(first, "name"), "muster-install");
    CHECK_TEXT(object_text(first->next, "name"), "fetch");
    CHECK_TEXT(object_text(trainer_of(pod), "image"), "mine:2");
    CU_ASSERT(object_member(trainer_of(pod), "livenessProbe") != NULL);
    CHECK_TEXT(cJSON_GetArrayItem(arguments, count - 5)->valuestring, "--grace=5");
    CHECK_TEXT(cJSON_GetArrayItem(arguments, count - 4)->valuestring, "--");
    CHECK_TEXT(cJSON_GetArrayItem(arguments, count - 3)->valuestring, "a");
    CHECK_TEXT(cJSON_GetArrayItem(arguments, count - 1)->valuestring, "$(X)");
}

static void what_a_user_has_not_said_is_safe(void)
{
    CLEAN(tree) cJSON *pod = built(NULL, true);
    const cJSON *spec = object_member(pod, "spec");

    CHECK_TEXT(object_text(spec, "restartPolicy"), "Never");
    CU_ASSERT(cJSON_IsFalse(object_member(spec, "automountServiceAccountToken")));
    CU_ASSERT(object_member(spec, "terminationGracePeriodSeconds")->valueint == 120);
    CU_ASSERT(object_member(trainer_of(pod), "livenessProbe") == NULL);
    CHECK_TEXT(object_text(trainer_of(pod), "image"), "trainer:1");
}

static void a_place_for_shared_memory_is_not_taken_twice(void)
{
    CLEAN(tree)
    cJSON *pod =
        built("{\"spec\":{\"containers\":[{\"name\":\"t\",\"image\":\"i\",\"command\":[\"x\"],"
              "\"volumeMounts\":[{\"name\":\"m\",\"mountPath\":\"/dev/shm\"}]}]}}",
              false);
    const cJSON *mount;
    int count = 0;

    cJSON_ArrayForEach(mount, object_member(trainer_of(pod), "volumeMounts")) count +=
        !strcmp(object_text(mount, "mountPath"), "/dev/shm");
    CU_ASSERT(count == 1);
}

#define SPEC(members)  "{\"spec\":{\"containers\":[{\"name\":\"t\",\"image\":\"i\"}]," members "}}"
#define FIRST(members) "{\"spec\":{\"containers\":[{\"name\":\"t\",\"image\":\"i\"," members "}]}}"

static void what_stands_in_the_way_is_named(void)
{
    static const char *const cases[][2] = {
        {SPEC("\"volumes\":[{\"name\":\"a\"},{\"name\":\"muster-agent\"}]"),
         "spec.template.spec.volumes[1].name: may not begin with muster-"},
        {SPEC("\"initContainers\":[{\"name\":\"muster-install\"}]"),
         "spec.template.spec.initContainers[0].name: may not begin with muster-"},
        {"{\"spec\":{\"containers\":[{\"name\":\"trainer\"},{\"name\":\"muster-x\"}]}}",
         "spec.template.spec.containers[1].name: may not begin with muster-"},
        {"{\"spec\":{\"containers\":[{\"name\":\"trainer\"},{\"name\":\"x\",\"ports\":"
         "[{\"containerPort\":7071}]}]}}",
         "spec.template.spec.containers[1].ports[0].containerPort: may not be 7071 or 7072"},
        {FIRST("\"ports\":[{\"name\":\"muster-metrics\",\"containerPort\":1}]"),
         "spec.template.spec.containers[0].ports[0].name: may not begin with muster-"},
        {FIRST("\"env\":[{\"name\":\"A\"},{\"name\":\"MUSTER_NODE\"}]"),
         "spec.template.spec.containers[0].env[1].name: may not begin with MUSTER_"},
        {FIRST("\"volumeMounts\":[{\"name\":\"d\",\"mountPath\":\"/muster/bin\"}]"),
         "spec.template.spec.containers[0].volumeMounts[0].mountPath: may not be at or below "
         "/muster"},
        {FIRST("\"env\":{\"name\":\"A\"}"), "spec.template.spec.containers[0].env: must be a list"},
        {FIRST("\"volumeMounts\":[7]"),
         "spec.template.spec.containers[0].volumeMounts: must be a list of objects"},
        {SPEC("\"volumes\":\"none\""), "spec.template.spec.volumes: must be a list"},
        {"{\"metadata\":[],\"spec\":{\"containers\":[{\"name\":\"t\"}]}}",
         "spec.template.metadata: must be an object"},
        {"{\"metadata\":{\"labels\":3},\"spec\":{\"containers\":[{\"name\":\"t\"}]}}",
         "spec.template.metadata.labels: must be an object"},
        {"{\"spec\":{\"containers\":[]}}",
         "spec.template.spec.containers: must have one named trainer"},
        {"{\"spec\":", "spec.template: cannot be read"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEAN(text) struct text body = {0};
        struct error error = {""};

        CU_ASSERT(build(cases[i][0], false, &body, &error) == -1);
        CHECK_HAS(error.text, cases[i][1]);
        CU_ASSERT(body.size == 0);
    }
}

static void what_only_looks_like_ours_is_not_in_the_way(void)
{
    static const char *const templates[] = {
        FIRST("\"volumeMounts\":[{\"name\":\"d\",\"mountPath\":\"/mustered\"}]"),
        FIRST("\"env\":[{\"name\":\"MUSTERED\"},{\"name\":\"X_MUSTER_\"}]"),
        FIRST("\"env\":null,\"ports\":null,\"volumeMounts\":null"),
        SPEC("\"volumes\":[{\"name\":\"muster\"}],\"initContainers\":null"),
        "{\"metadata\":null,\"spec\":{\"containers\":[{\"name\":\"t\"}]}}",
    };

    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        CLEAN(tree) cJSON *pod = built(templates[i], false);

        CU_ASSERT(cJSON_GetArraySize(object_member(trainer_of(pod), "ports")) == 2);
    }
}

SUITE("controller pod",
      {"a pod tells whose it is", a_pod_tells_whose_it_is},
      {"what a user has said is kept", what_a_user_has_said_is_kept},
      {"what a user has not said is safe", what_a_user_has_not_said_is_safe},
      {"a place for shared memory is not taken twice",
       a_place_for_shared_memory_is_not_taken_twice},
      {"what stands in the way is named", what_stands_in_the_way_is_named},
      {"what only looks like ours is not in the way", what_only_looks_like_ours_is_not_in_the_way})
