/* directory - the Directory service: calls are let in and shown to their desk. */
#include "controller/directory.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/secret.h"
#include "controller/desk.h"

struct directory {
    struct directory_settings settings;
    struct rpc *rpc;
    struct rpc_server *server;
    void *desks;            /* tree of tsearch, by job */
    struct visitor *strays; /* visitors without a desk */
    struct vote *votes;     /* that wait at no desk */
};

static int desk_compare(const void *left, const void *right)
{
    const struct desk *a = left;
    const struct desk *b = right;

    return strcmp(a->settings.job, b->settings.job);
}

/* The desk of an attempt, or NULL; then the call is refused. */
static struct desk *desk_find(struct directory *directory,
                              const char *job,
                              uint32_t attempt,
                              struct rpc_call *call)
{
    const struct desk key = {.settings.job = job};
    struct desk **found = tfind(&key, &directory->desks, desk_compare);

    if (found && (*found)->settings.attempt == attempt)
        return *found;
    rpc_end(call, RPC_REFUSED, "another job or attempt");
    return NULL;
}

static bool knows_secret(const struct desk *desk, const struct rpc_call *call)
{
    return secret_text_equal(rpc_credential(call), desk->settings.secret);
}

static void stranger_refuse(struct rpc_call *call)
{
    rpc_end(call, RPC_UNAUTHENTICATED, "the secret of this job is needed");
}

/* Enrolling. */

static void visitor_verify(struct directory *directory, struct visitor *visitor)
{
    const struct directory_claim claim = {.token = rpc_credential(visitor->call),
                                          .job = visitor->request->job,
                                          .attempt = visitor->request->attempt,
                                          .slot = visitor->request->agent->slot};

    visitor->verifying = true;
    directory->settings.verify(directory->settings.context, &claim, visitor);
}

static void enroll_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct visitor *visitor = context;
    struct directory *directory = visitor->directory;
    struct desk *desk;

    if (visitor->request)
        return;
    visitor->request = muster__enroll_request__unpack(NULL, size, data);
    if (!visitor->request || !desk_accepts(visitor->request->agent)) {
        rpc_end(call, RPC_REFUSED, "malformed request");
        return;
    }
    desk = desk_find(directory, visitor->request->job, visitor->request->attempt, call);
    if (!desk)
        return;
    visitor->desk = desk;
    visitor_move(visitor, &desk->visitors);
    if (knows_secret(desk, call))
        desk_enroll(desk, visitor);
    else if (directory->settings.verify && *rpc_credential(call))
        visitor_verify(directory, visitor);
    else
        stranger_refuse(call);
}

static void enroll_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    struct visitor *visitor = context;

    (void)call;
    (void)status;
    (void)reason;
    visitor->call = NULL;
    if (!visitor->verifying)
        visitor_free(visitor);
}

static const struct rpc_events enroll_events = {enroll_message, enroll_ended};

static void on_enroll(void *context, struct rpc_call *call)
{
    struct directory *directory = context;
    struct visitor *visitor = visitor_new(&directory->strays, call);

    visitor->directory = directory;
    rpc_accept(call, &enroll_events, visitor);
}

void directory_verified(struct visitor *visitor, const char *reason)
{
    visitor->verifying = false;
    if (!visitor->call) {
        visitor_free(visitor);
    } else if (visitor->desk && reason) {
        rpc_end(visitor->call, RPC_UNAUTHENTICATED, reason);
    } else if (visitor->desk) {
        visitor->told = true;
        desk_enroll(visitor->desk, visitor);
    }
}

/* Reports and the witness. */

static void nothing_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)context;
    (void)call;
    (void)status;
    (void)reason;
}

static void report_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    Muster__Report *report = muster__report__unpack(NULL, size, data);
    struct desk *desk;

    if (!report || !desk_accepts(report->lead))
        rpc_end(call, RPC_REFUSED, "malformed report");
    else if ((desk = desk_find(context, report->job, report->attempt, call))) {
        if (knows_secret(desk, call))
            desk_report(desk, call, report);
        else
            stranger_refuse(call);
    }
    if (report)
        muster__report__free_unpacked(report, NULL);
}

static const struct rpc_events report_events = {report_message, nothing_ended};

static void on_report(void *context, struct rpc_call *call)
{
    rpc_accept(call, &report_events, context);
}

static void vote_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct vote *vote = context;
    struct desk *desk;

    if (vote->request)
        return;
    vote->request = muster__witness_request__unpack(NULL, size, data);
    if (!vote->request) {
        rpc_end(call, RPC_REFUSED, "malformed request");
        return;
    }
    desk = desk_find(vote->directory, vote->request->job, vote->request->attempt, call);
    if (!desk)
        return;
    if (knows_secret(desk, call))
        votes_ask(&desk->votes, vote);
    else
        stranger_refuse(call);
}

static void vote_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    struct vote *vote = context;

    (void)call;
    (void)status;
    (void)reason;
    if (vote->votes)
        votes_leave(vote);
    else
        vote_free(vote);
}

static const struct rpc_events vote_events = {vote_message, vote_ended};

static void on_witness(void *context, struct rpc_call *call)
{
    struct directory *directory = context;
    struct vote *vote = vote_new(&directory->votes, call);

    vote->directory = directory;
    rpc_accept(call, &vote_events, vote);
}

/* Beginning and end. */

static const struct rpc_method methods[] = {{"/muster.Directory/Enroll", on_enroll},
                                            {"/muster.Directory/Report", on_report},
                                            {"/muster.Directory/Witness", on_witness}};

struct directory *directory_open(struct rpc *rpc,
                                 const struct directory_settings *settings,
                                 struct error *error)
{
    struct directory *directory = memory_get(1, sizeof *directory);
    const struct rpc_service service = {.methods = methods,
                                        .method_count = sizeof methods / sizeof *methods,
                                        .context = directory,
                                        .open = true};

    directory->settings = *settings;
    directory->rpc = rpc;
    directory->server = rpc_serve(rpc, settings->listen, NULL, &service, error);
    if (directory->server)
        return directory;
    free(directory);
    return NULL;
}

void directory_close(struct directory *directory)
{
    if (!directory)
        return;
    assert(!directory->desks);
    rpc_stop(directory->server);
    while (directory->strays)
        visitor_free(directory->strays);
    while (directory->votes)
        vote_free(directory->votes);
    free(directory);
}

int directory_port(const struct directory *directory)
{
    return rpc_port(directory->server);
}

struct desk *desk_open(struct directory *directory, const struct desk_settings *settings)
{
    struct desk *desk = memory_get(1, sizeof *desk);
    struct desk **found;

    desk_init(desk, rpc_loop(directory->rpc), settings);
    desk->directory = directory;
    found = tsearch(desk, &directory->desks, desk_compare);
    if (!found)
        abort();
    assert(*found == desk);
    return desk;
}

void desk_close(struct desk *desk)
{
    if (!desk)
        return;
    tdelete(desk, &desk->directory->desks, desk_compare);
    while (desk->visitors) {
        struct visitor *visitor = desk->visitors;

        visitor->desk = NULL;
        visitor_move(visitor, &desk->directory->strays);
        if (visitor->call)
            rpc_end(visitor->call, RPC_REFUSED, "this attempt of the job is over");
    }
    desk_done(desk);
    free(desk);
}
