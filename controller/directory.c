/* directory - the Directory service: calls are let in and shown to their desk. */
#include "controller/directory.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/secret.h"
#include "controller/desk.h"
#include "wire/authority.h"
#include "wire/member_name.h"

#define IDLE 5000 /* milliseconds: whoever reports every two seconds stays connected */

struct directory {
    struct directory_settings settings;
    struct rpc *rpc;
    struct rpc_server *server;
    const struct authority *authority; /* NULL = not known yet */
    struct text key;                   /* of the directory itself */
    struct text request;               /* for a certificate of it */
    struct text certificate;
    struct text trust;
    struct rpc_identity identity; /* of these */
    struct timer renew;
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

/* Why an agent may not be who it says in a call to a desk; NULL = it is. */
static const char *caller_doubt(const struct desk *desk,
                                const struct rpc_call *call,
                                const Muster__Agent *agent)
{
    struct member_name says;
    struct member_name name;

    if (member_name_read(rpc_peer(call), &name))
        return "no_certificate";
    if (member_name_make(&says, desk->settings.job, desk->settings.attempt, agent->slot) ||
        !member_name_same_attempt(&says, &name))
        return "other_job";
    memcpy(says.life, agent->incarnation.data, sizeof says.life);
    return member_name_equal(&says, &name) ? NULL : "other_agent";
}

/* Whether an agent is who it says; otherwise the call is refused and counted. */
static bool caller_check(const struct desk *desk, struct rpc_call *call, const Muster__Agent *agent)
{
    const struct directory_settings *settings = &desk->directory->settings;
    const char *doubt = caller_doubt(desk, call, agent);

    if (!doubt)
        return true;
    if (settings->refused)
        settings->refused(settings->context, doubt);
    rpc_end(call, RPC_UNAUTHENTICATED, "the certificate of this agent is needed");
    return false;
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
    visitor_verify(directory, visitor);
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

/* Makes the certificate that a visitor asks for, if it does. Returns 0 or -1. */
static int visitor_certify(struct visitor *visitor, struct error *error)
{
    const struct desk_settings *desk = &visitor->desk->settings;
    const struct authority *authority = visitor->directory->authority;
    const Muster__EnrollRequest *asked = visitor->request;
    const struct text request = {(char *)asked->certificate_request.data,
                                 asked->certificate_request.len,
                                 asked->certificate_request.len};
    char text[CERTIFICATE_NAME];
    char place[CERTIFICATE_NAME];
    const struct certificate_grant grant = {text, place, time(NULL), AUTHORITY_MEMBER};
    struct member_name name;

    if (!request.size)
        return 0;
    if (!authority || member_name_make(&name, desk->job, desk->attempt, asked->agent->slot))
        return error_set(error, "the directory cannot vouch for anybody");
    memcpy(name.life, asked->agent->incarnation.data, sizeof name.life);
    member_name_print(&name, text);
    member_name_place(&name, place);
    authority_trust(authority, grant.now, &visitor->trust);
    return authority_certify(authority, &request, &grant, &visitor->certificate, error);
}

void directory_verified(struct visitor *visitor, const char *reason)
{
    struct error error;

    visitor->verifying = false;
    if (!visitor->call) {
        visitor_free(visitor);
    } else if (visitor->desk && reason) {
        rpc_end(visitor->call, RPC_UNAUTHENTICATED, reason);
    } else if (visitor->desk) {
        if (visitor_certify(visitor, &error))
            rpc_end(visitor->call, RPC_REFUSED, error.text);
        else
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
        if (caller_check(desk, call, report->lead))
            desk_report(desk, call, report);
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
    if (!vote->request || !desk_accepts(vote->request->candidate)) {
        rpc_end(call, RPC_REFUSED, "malformed request");
        return;
    }
    desk = desk_find(vote->directory, vote->request->job, vote->request->attempt, call);
    if (desk && caller_check(desk, call, vote->request->candidate))
        votes_ask(&desk->votes, vote);
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

/* The directory's own certificate. */

static void identity_point(struct directory *directory)
{
    directory->identity = (struct rpc_identity){
        directory->key.data, directory->certificate.data, directory->trust.data};
}

/* One that nobody believes, until there is an authority. */
static int stranger_make(struct directory *directory, struct error *error)
{
    const struct certificate_grant grant = {"a directory without an authority", NULL, 0, 1};

    if (certificate_key(&directory->key, error) ||
        certificate_request(directory->key.data, &directory->request, error) ||
        certificate_self(directory->key.data, &grant, &directory->certificate, error))
        return -1;
    text_add(&directory->trust, directory->certificate.data);
    identity_point(directory);
    return 0;
}

/* Takes a certificate of its key, and leaves the earlier one in its place. */
static void certificate_take(struct directory *directory, struct text *certificate, int64_t now)
{
    struct text earlier = directory->certificate;

    directory->certificate = *certificate;
    *certificate = earlier;
    text_clear(&directory->trust);
    authority_trust(directory->authority, now, &directory->trust);
    identity_point(directory);
    rpc_server_identity(directory->server, &directory->identity);
}

static void on_renew(void *context)
{
    struct directory *directory = context;
    const struct certificate_grant grant = {
        MEMBER_NAME_DIRECTORY, NULL, time(NULL), AUTHORITY_MEMBER};
    CLEAN(text) struct text certificate = {0};
    int64_t wait = CLOCK_SECONDS(AUTHORITY_MEMBER / 2);

    if (authority_certify(directory->authority, &directory->request, &grant, &certificate, NULL))
        wait = CLOCK_SECONDS(1);
    else
        certificate_take(directory, &certificate, grant.now);
    loop_timer(rpc_loop(directory->rpc), &directory->renew, clock_now() + wait);
}

void directory_authority(struct directory *directory, const struct authority *authority)
{
    directory->authority = authority;
    on_renew(directory);
}

const struct rpc_identity *directory_identity(const struct directory *directory)
{
    return &directory->identity;
}

/* Beginning and end. */

static const struct rpc_method methods[] = {{"/muster.Directory/Enroll", on_enroll},
                                            {"/muster.Directory/Report", on_report},
                                            {"/muster.Directory/Witness", on_witness}};

static void directory_free(struct directory *directory)
{
    secret_done(&directory->key);
    text_done(&directory->request);
    text_done(&directory->certificate);
    text_done(&directory->trust);
    free(directory);
}

struct directory *directory_open(struct rpc *rpc,
                                 const struct directory_settings *settings,
                                 struct error *error)
{
    struct directory *directory = memory_get(1, sizeof *directory);
    const struct rpc_service service = {.methods = methods,
                                        .method_count = sizeof methods / sizeof *methods,
                                        .context = directory,
                                        .open = true,
                                        .idle = IDLE};

    directory->settings = *settings;
    directory->rpc = rpc;
    directory->renew = (struct timer){.call = on_renew, .context = directory};
    if (stranger_make(directory, error) == 0)
        directory->server = rpc_serve(rpc, settings->listen, &directory->identity, &service, error);
    if (directory->server)
        return directory;
    directory_free(directory);
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
    loop_cancel(rpc_loop(directory->rpc), &directory->renew);
    directory_free(directory);
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
