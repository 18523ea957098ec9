/* directory - the Directory service of many jobs: agents enrol, leads report, the witness votes.
 *
 * Nothing of a running job depends on it; what it holds is made anew from enrolments and reports.
 * Each attempt of a job is served at a desk of its own. An agent that enrols shows a token; when
 * whoever verifies says that it is the agent of that slot, the answer holds a certificate which
 * says so. Leads report and candidates ask the witness with that certificate, in no other name. */
#ifndef CONTROLLER_DIRECTORY_H
#define CONTROLLER_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

struct authority;
struct job;

struct directory;
struct desk;
struct visitor;
struct witness_record;

/* Who a visitor says it is. Texts are valid until it is answered. */
struct directory_claim {
    const char *token;
    const char *job; /* uid */
    uint32_t attempt;
    uint32_t slot;
};

/* What is served. Everything must outlive the directory. */
struct directory_settings {
    const char *listen; /* numeric "host:port"; port 0 = the kernel's choice */
    /* Finds out whether the claim is true, and calls directory_verified once, at once or later. */
    void (*verify)(void *context, const struct directory_claim *claim, struct visitor *visitor);
    /* A call was refused because of who made it: "no_certificate", "other_job", "other_agent". */
    void (*refused)(void *context, const char *why);
    void *context;
};

/* Begins to serve. Returns NULL when it cannot listen. */
struct directory *directory_open(struct rpc *rpc,
                                 const struct directory_settings *settings,
                                 struct error *error);

/* Stops. All desks must be closed and all visitors answered. NULL is allowed. */
void directory_close(struct directory *directory);

int directory_port(const struct directory *directory);

/* From now on this authority vouches for the directory, and it for agents. It must outlive the
 * directory, or the next call of this. Until the first nobody believes the directory. */
void directory_authority(struct directory *directory, const struct authority *authority);

/* As whom the directory is served, and dials agents. Valid until the loop goes on. */
const struct rpc_identity *directory_identity(const struct directory *directory);

/* The claim is true (`reason` NULL), or why it is not. */
void directory_verified(struct visitor *visitor, const char *reason);

/* Fills what agents are told of their job. The facts point into `spec`, which is made anew and is
 * the caller's to release; the checkpoint directory into `job`. */
void directory_facts(const struct job *job,
                     uint32_t report_milliseconds,
                     struct text *spec,
                     Muster__JobFacts *facts);

/* One attempt of a job. Texts, facts and context must outlive the desk; `kept` is copied. */
struct desk_settings {
    const char *job; /* uid */
    uint32_t attempt;
    const Muster__JobFacts *facts;
    /* A lead has reported; incidents in it are taken with this. */
    void (*reported)(void *context, const Muster__Report *report);
    /* What the witness of the attempt has kept so far; NULL = nothing. */
    const struct witness_record *kept;
    /* desk_wanted is to be kept where it is not forgotten, and desk_kept told of it. NULL = memory
     * is enough: the attempt ends with the desk. */
    void (*keep)(void *context);
    void *context;
};

/* Begins to serve an attempt; that of an earlier one of the job must be closed. Never NULL. */
struct desk *desk_open(struct directory *directory, const struct desk_settings *settings);

/* Ends every call of the attempt and forgets it. NULL is allowed. */
void desk_close(struct desk *desk);

/* Whoever enrolled for the slot last is gone for good. */
void desk_gone(struct desk *desk, uint32_t slot);

/* The next answers to the lead ask it to save and stop. */
void desk_drain(struct desk *desk);

/* What the witness must keep before it gives the vote that it was asked for first; NULL = it was
 * asked for none. Valid until the next call about the desk. */
const struct witness_record *desk_wanted(const struct desk *desk);

/* What the witness keeps, as it was read from where it is not forgotten. Votes that it allows are
 * given. */
void desk_kept(struct desk *desk, const struct witness_record *kept);

/* Whether the newest view can never be followed by another, so that only a new attempt helps. */
bool desk_quorum_lost(const struct desk *desk);

#endif
