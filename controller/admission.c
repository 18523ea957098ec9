/* admission - whether an agent that enrols is what it says. */
#include "controller/admission.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/secret.h"
#include "controller/controller.h"
#include "controller/dossier.h"
#include "controller/excerpt.h"
#include "controller/pod.h"
#include "controller/tree.h"
#include "kube/object.h"

#define KNOWN CLOCK_SECONDS(300) /* a token that was reviewed is not again for so long */
#define POD   "authentication.kubernetes.io/pod-uid"

static const struct request_resource reviews = {"authentication.k8s.io", "v1", "tokenreviews"};

/* A claim whose token is being reviewed. */
struct admission {
    struct admission *next;
    struct controller *controller;
    struct visitor *visitor;
    struct client_call *call;
    char job[JOB_RECORD_UID];
    uint32_t attempt;
    uint32_t slot;
    uint8_t token[KEYRING_DIGEST];
};

static bool listed(const cJSON *list, const char *word)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item) && !strcmp(item->valuestring, word))
            return true;
    }
    return false;
}

int admission_read(const struct cJSON *review, char pod[ADMISSION_POD], struct error *error)
{
    const cJSON *status = object_member(review, "status");
    const cJSON *extra = object_member(object_member(status, "user"), "extra");
    const cJSON *uid = cJSON_GetArrayItem(object_member(extra, POD), 0);

    if (!cJSON_IsTrue(object_member(status, "authenticated")))
        return error_set(error, "the token is not valid");
    if (!listed(object_member(status, "audiences"), POD_AUDIENCE))
        return error_set(error, "the token is not for " POD_AUDIENCE);
    if (excerpt_whole(pod, ADMISSION_POD, cJSON_GetStringValue(uid)))
        return error_set(error, "the token is not of a pod");
    return 0;
}

/* The pod whose agent the claim is of, or NULL. */
static struct dossier_pod *pod_of(const struct dossier *dossier, uint32_t attempt, uint32_t slot)
{
    for (size_t i = 0; dossier && i < dossier->pod_count; i++) {
        struct dossier_pod *pod = dossier->pods[i];

        if (pod->record.attempt == attempt && pod->record.slot == slot && !pod->record.gone &&
            dossier_current(dossier, &pod->record))
            return pod;
    }
    return NULL;
}

static void admission_free(struct admission *admission)
{
    struct admission **at = &admission->controller->admissions;

    while (*at != admission)
        at = &(*at)->next;
    *at = admission->next;
    free(admission);
}

/* Compares what the token says with what is claimed. Returns 0 or -1. */
static int admission_check(const struct admission *admission,
                           const struct answer *answer,
                           struct error *error)
{
    CLEAN(tree) cJSON *review = object_parse(answer->body, answer->size);
    struct dossier *dossier = dossier_find(admission->controller, admission->job);
    struct dossier_pod *pod = pod_of(dossier, admission->attempt, admission->slot);
    char uid[ADMISSION_POD];

    if (answer_classify(answer, NULL) != ANSWER_DONE)
        return error_set(error, "the token could not be reviewed");
    if (admission_read(review, uid, error))
        return -1;
    if (!pod || strcmp(pod->record.uid, uid) != 0)
        return error_set(error, "the token is not of this slot's pod");
    memcpy(pod->token, admission->token, sizeof pod->token);
    pod->token_until = clock_now() + KNOWN;
    return 0;
}

static void on_reviewed(void *context, const struct answer *answer)
{
    struct admission *admission = context;
    struct visitor *visitor = admission->visitor;
    struct error error;
    int outcome = admission_check(admission, answer, &error);

    admission_free(admission);
    directory_verified(visitor, outcome ? error.text : NULL);
}

static void review_send(struct admission *admission, const char *token)
{
    static const struct client_events events = {.ended = on_reviewed};
    static const struct request_place place = {.resource = &reviews};
    CLEAN(tree) cJSON *review = tree_object();
    CLEAN(text) struct text body = {0};
    struct request request = {0};
    cJSON *spec;

    tree_put_text(review, "apiVersion", "authentication.k8s.io/v1");
    tree_put_text(review, "kind", "TokenReview");
    spec = tree_put_object(review, "spec");
    tree_put_text(spec, "token", token);
    tree_add_text(tree_put_list(spec, "audiences"), POD_AUDIENCE);
    json_add_tree(&body, review);
    request_create(&request, &place, body.data);
    admission->call = client_send(admission->controller->client, &request, &events, admission);
}

/* Whether the token was reviewed lately, for this very pod. */
static bool known(const struct dossier_pod *pod, const uint8_t token[KEYRING_DIGEST])
{
    return pod->token_until > clock_now() && secret_equal(pod->token, token, KEYRING_DIGEST);
}

void admission_verify(void *context, const struct directory_claim *claim, struct visitor *visitor)
{
    struct controller *controller = context;
    struct dossier_pod *pod =
        pod_of(dossier_find(controller, claim->job), claim->attempt, claim->slot);
    uint8_t token[KEYRING_DIGEST];
    struct admission *admission;

    keyring_digest(&controller->keyring, claim->token, token);
    if (!pod) {
        directory_verified(visitor, "this slot has no such pod");
        return;
    }
    if (known(pod, token)) {
        directory_verified(visitor, NULL);
        return;
    }
    admission = memory_get(1, sizeof *admission);
    admission->controller = controller;
    admission->visitor = visitor;
    admission->attempt = claim->attempt;
    admission->slot = claim->slot;
    memcpy(admission->token, token, sizeof token);
    strncpy(admission->job, claim->job, sizeof admission->job - 1);
    admission->next = controller->admissions;
    controller->admissions = admission;
    review_send(admission, claim->token);
}

void admission_close(struct controller *controller)
{
    while (controller->admissions) {
        struct admission *admission = controller->admissions;
        struct visitor *visitor = admission->visitor;

        client_drop(admission->call);
        admission_free(admission);
        directory_verified(visitor, "the controller is ending");
    }
}
