/* pod_events - what the kubelet says in Events of a pod that does not come up. */
#include "controller/pod_events.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "controller/controller.h"
#include "controller/decide.h"
#include "controller/excerpt.h"
#include "controller/tree.h"
#include "kube/object.h"

#define SILENCE    4 /* seconds after its making; most pods are up by then */
#define AGAIN      CLOCK_SECONDS(2)
#define AGAIN_MOST CLOCK_SECONDS(60)
#define MOST       100 /* Events that are read of a pod */

static const struct request_resource events = {"", "v1", "events"};

struct pod_word {
    struct dossier *dossier;
    char uid[POD_RECORD_UID];
    enum pod_trouble trouble;
    char *text;   /* NULL = nothing is wrong, as far as was said */
    int64_t due;  /* when it is asked for; clock_now's scale */
    int64_t wait; /* from the answer to the next time */
    struct client_call *call;
};

/* Reading. */

/* What an Event says, by its reason and how its message begins. Others tell the same again, or
 * nothing of how far the pod is. */
static const struct {
    const char *reason;
    const char *begins;
    enum pod_trouble trouble;
} known[] = {{"Failed", "Failed to pull image", POD_TROUBLE_IMAGE},
             {"BackOff", "Back-off pulling image", POD_TROUBLE_IMAGE},
             {"FailedMount", "", POD_TROUBLE_VOLUME},
             {"FailedMapVolume", "", POD_TROUBLE_VOLUME},
             {"FailedAttachVolume", "", POD_TROUBLE_VOLUME},
             {"FailedCreatePodSandBox", "", POD_TROUBLE_CONTAINER},
             {"Pulling", "", POD_TROUBLE_NONE},
             {"Pulled", "", POD_TROUBLE_NONE},
             {"Created", "", POD_TROUBLE_NONE},
             {"Started", "", POD_TROUBLE_NONE},
             {"SuccessfulAttachVolume", "", POD_TROUBLE_NONE}};

/* Returns 0 and what the Event says, or 1. */
static int said(const cJSON *event, enum pod_trouble *trouble)
{
    const char *reason = object_text(event, "reason");
    const char *message = object_text(event, "message");

    for (size_t i = 0; reason && message && i < sizeof known / sizeof *known; i++) {
        if (!strcmp(reason, known[i].reason) &&
            !strncmp(message, known[i].begins, strlen(known[i].begins))) {
            *trouble = known[i].trouble;
            return 0;
        }
    }
    return 1;
}

/* When it was last so; 0 = not told. */
static int64_t time_of(const cJSON *event)
{
    int64_t time = 0;

    if (timestamp_read(object_text(event, "lastTimestamp"), &time))
        timestamp_read(object_text(event, "eventTime"), &time);
    return time;
}

const char *pod_events_read(const struct cJSON *list, enum pod_trouble *trouble)
{
    const cJSON *newest = NULL;
    const cJSON *event;

    *trouble = POD_TROUBLE_NONE;
    cJSON_ArrayForEach(event, object_member(list, "items"))
    {
        enum pod_trouble found;

        if (said(event, &found) || (newest && time_of(event) < time_of(newest)))
            continue;
        newest = event;
        *trouble = found;
    }
    return *trouble ? object_text(newest, "message") : NULL;
}

/* Asking. */

static void on_answered(void *context, const struct answer *answer)
{
    struct pod_word *word = context;
    CLEAN(tree) cJSON *list = object_parse(answer->body, answer->size);

    word->call = NULL;
    word->due = clock_now() + word->wait;
    word->wait = word->wait < AGAIN_MOST / 2 ? 2 * word->wait : AGAIN_MOST;
    if (answer_classify(answer, NULL) == ANSWER_DONE) {
        free(word->text);
        word->text = excerpt_copy(pod_events_read(list, &word->trouble), POD_RECORD_REASON);
    }
    decide_soon(word->dossier);
}

static void ask(struct pod_word *word)
{
    static const struct client_events answered = {.ended = on_answered};
    const struct dossier *dossier = word->dossier;
    const struct request_place place = {.resource = &events, .space = dossier->job.namespace};
    CLEAN(text) struct text fields = {0};
    struct request_selection selection = {.page = MOST};
    struct request request = {0};

    text_addf(&fields, "involvedObject.uid=%s", word->uid);
    selection.fields = fields.data;
    request_list(&request, &place, &selection);
    word->call = client_send(dossier->controller->client, &request, &answered, word);
}

/* The first pod that does not start and does not say why, or NULL. */
static const struct pod_record *silent_find(const struct dossier *dossier)
{
    for (size_t i = 0; i < dossier->pod_count; i++) {
        const struct pod_record *pod = &dossier->pods[i]->record;

        if (pod->node && pod->phase == POD_PENDING && !pod->trouble && !pod->initialising &&
            !pod_record_over(pod) && dossier_current(dossier, pod))
            return pod;
    }
    return NULL;
}

/* Clocks may differ: nothing is waited for longer than a pod that was made now. */
static int64_t first_due(const struct pod_record *pod)
{
    int64_t left = pod->created + SILENCE - time(NULL);

    left = left < 0 ? 0 : left > SILENCE ? SILENCE : left;
    return clock_now() + CLOCK_SECONDS(left);
}

static struct pod_word *word_new(struct dossier *dossier, const struct pod_record *pod)
{
    struct pod_word *word = memory_get(1, sizeof *word);

    word->dossier = dossier;
    memcpy(word->uid, pod->uid, sizeof word->uid);
    word->due = first_due(pod);
    word->wait = AGAIN;
    return word;
}

void pod_events_look(struct dossier *dossier, struct observed_word *word)
{
    const struct pod_record *pod = dossier->there ? silent_find(dossier) : NULL;

    if (!pod || (dossier->word && strcmp(dossier->word->uid, pod->uid) != 0))
        pod_events_drop(dossier);
    *word = (struct observed_word){0};
    if (!pod)
        return;
    if (!dossier->word)
        dossier->word = word_new(dossier, pod);
    if (!dossier->word->call && clock_now() >= dossier->word->due)
        ask(dossier->word);
    else if (!dossier->word->call)
        decide_by(dossier, dossier->word->due);
    *word = (struct observed_word){pod, dossier->word->trouble, dossier->word->text};
}

void pod_events_drop(struct dossier *dossier)
{
    struct pod_word *word = dossier->word;

    if (!word)
        return;
    dossier->word = NULL;
    client_drop(word->call);
    free(word->text);
    free(word);
}
