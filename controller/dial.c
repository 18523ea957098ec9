/* dial - asking an agent how it stands. */
#include "controller/dial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "controller/controller.h"
#include "controller/decide.h"
#include "wire/member_name.h"
#include "wire/rpc_ask.h"

#define PATIENCE CLOCK_SECONDS(2)
#define ADDRESS  96
#define PATH     "/muster.Member/Standing"

/* One question, until its channel is let go of. */
struct dial {
    struct dossier *dossier;
    struct dossier_pod *pod;
    struct rpc_channel *channel;
    struct rpc_ask *ask; /* NULL = it was answered */
    struct timer later;  /* a channel may not be freed within its answer */
};

void dial_end(struct dossier_pod *pod)
{
    struct dial *dial = pod->dial;

    if (!dial)
        return;
    rpc_ask_drop(dial->ask);
    loop_cancel(&dial->dossier->controller->loop, &dial->later);
    rpc_hang_up(dial->channel);
    free(dial);
    pod->dial = NULL;
}

static void on_later(void *context)
{
    struct dial *dial = context;

    dial_end(dial->pod);
}

static void stand(struct dossier *dossier, struct dossier_pod *pod, enum standing standing)
{
    pod->standing = standing;
    pod->stood = time(NULL);
    decide_soon(dossier);
}

static enum standing standing_read(const void *data, size_t size)
{
    Muster__StandingReply *reply = muster__standing_reply__unpack(NULL, size, data);
    enum standing standing =
        reply ? reply->running ? STANDING_RUNNING : STANDING_IDLE : STANDING_SILENT;

    if (reply)
        muster__standing_reply__free_unpacked(reply, NULL);
    return standing;
}

static void on_answer(void *context, int status, const char *reason, const void *data, size_t size)
{
    struct dial *dial = context;

    (void)reason;
    dial->ask = NULL;
    stand(dial->dossier, dial->pod, status == RPC_OK ? standing_read(data, size) : STANDING_SILENT);
    loop_timer(&dial->dossier->controller->loop, &dial->later, clock_now());
}

/* Sends the question to the agent of that place. Which life it has does not matter: whichever
 * answers from the pod's address is the one that may train there. */
static void ask(struct dial *dial, const char *address, const struct member_name *place)
{
    const struct controller *controller = dial->dossier->controller;
    char name[CERTIFICATE_NAME];
    Muster__StandingRequest request = MUSTER__STANDING_REQUEST__INIT;
    size_t size;
    CLEAN_FREE uint8_t *bytes = NULL;
    struct rpc_question question = {.answer = on_answer, .context = dial};

    request.job = dial->dossier->uid;
    request.attempt = dial->pod->record.attempt;
    size = muster__standing_request__get_packed_size(&request);
    bytes = memory_get(1, size);
    muster__standing_request__pack(&request, bytes);
    question.data = bytes;
    question.size = size;
    member_name_place(place, name);
    dial->channel =
        rpc_dial(controller->rpc, address, name, directory_identity(controller->directory));
    dial->ask = rpc_ask(dial->channel, PATH, clock_now() + PATIENCE, &question);
}

void dial_ask(struct dossier *dossier, const char *uid)
{
    struct dossier_pod *pod = dossier_pod_find(dossier, uid);
    const char *host = pod ? pod->record.address : NULL;
    char address[ADDRESS];
    struct member_name place;

    if (!pod || (pod->dial && pod->dial->ask))
        return;
    if (!host || member_name_make(&place, dossier->uid, pod->record.attempt, pod->record.slot)) {
        stand(dossier, pod, STANDING_SILENT);
        return;
    }
    dial_end(pod);
    snprintf(address,
             sizeof address,
             strchr(host, ':') ? "[%s]:%d" : "%s:%d",
             host,
             dossier->controller->agent_port);
    pod->dial = memory_get(1, sizeof *pod->dial);
    pod->dial->dossier = dossier;
    pod->dial->pod = pod;
    pod->dial->later = (struct timer){.call = on_later, .context = pod->dial};
    ask(pod->dial, address, &place);
}
