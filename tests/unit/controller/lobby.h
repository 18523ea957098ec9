/* lobby - a directory on loopback, and agents that ask it. */
#ifndef UNIT_LOBBY_H
#define UNIT_LOBBY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "controller/directory.h"
#include "controller/enrolment.h"
#include "support/passport.h"
#include "wire/rpc_ask.h"

#define LOBBY_TOKEN   "true"
#define LOBBY_CALLERS 8
#define LOBBY_ENROLL  "/muster.Directory/Enroll"
#define LOBBY_REPORT  "/muster.Directory/Report"
#define LOBBY_WITNESS "/muster.Directory/Witness"
#define LOBBY_JOB     "digits"
#define LOBBY_SLOTS   3
#define LOBBY_ATTEMPT 3

/* An agent that has a certificate, and its way to the directory. */
struct lobby_caller {
    char name[CERTIFICATE_NAME];
    struct passport passport;
    struct rpc_channel *channel;
};

/* A directory, or only the way to one, and the answers that came. */
struct lobby {
    struct loop loop;
    struct rpc *rpc;
    struct timer guard;
    Muster__JobFacts facts;
    struct directory *directory; /* NULL = it is elsewhere */
    struct desk *desk;
    char address[64];
    struct rpc_channel *channel; /* of those who enrol */
    const struct authority *authority;
    struct lobby_caller callers[LOBBY_CALLERS];
    size_t caller_count;
    struct rpc_channel *caller; /* of the one who reports and asks the witness */
    char refused[32];           /* why a call was refused last */
    int answers;                /* that came */
    int wanted;                 /* stop the loop after so many */
    struct visitor *visitor;    /* showed the token "late" and is not answered */
    uint32_t claimed_slot;
    int reports;
    char report_text[64];
};

/* One question and its answer. */
struct asked {
    struct lobby *lobby;
    struct rpc_ask *ask;
    int order; /* the how-manieth answer it was; 0 = it has not come */
    int status;
    char reason[128];
    uint8_t *bytes;
    size_t size;
};

/* An agent with all that its message points to. */
struct agent {
    Muster__Agent packed;
    uint8_t life[ENROLMENT_LIFE];
    char address[32];
};

/* Serves a directory and dials it with a token: "true" is verified, "late" is left to the test,
 * others are refused. */
void lobby_begin(struct lobby *lobby, const char *token);

/* Dials the directory of another lobby, from a thread of its own. */
void lobby_dial(struct lobby *lobby, int port, const char *token);

/* From now on this agent of the lobby's attempt reports and asks the witness; or, by its name, any;
 * or, by NULL, one without a certificate. */
void lobby_as(struct lobby *lobby, uint32_t slot, uint8_t life);
void lobby_as_named(struct lobby *lobby, const char *name);

/* Hangs up all channels. */
void lobby_hang_up(struct lobby *lobby);
void lobby_end(struct lobby *lobby);

/* Serves until so many answers have come in all; negative = until a "late" token has. */
void lobby_run(struct lobby *lobby, int answers);

/* Asks; asked_done is owed, also when the answer has not come. */
void lobby_ask_bytes(
    struct lobby *lobby, struct asked *asked, const char *path, const void *data, size_t size);
void lobby_ask(struct lobby *lobby,
               struct asked *asked,
               const char *path,
               const ProtobufCMessage *message);
void asked_done(struct asked *asked);

/* The agent of a slot in its life number `life`, with nothing wrong. */
void agent_fill(struct agent *agent, uint32_t slot, uint8_t life);
Muster__EnrollRequest enroll_request(struct agent *agent, bool patient);

/* Asks whom to follow, as the agent of a slot in its first life. */
void lobby_enroll(struct lobby *lobby, struct asked *asked, uint32_t slot, bool patient);

/* All slots enrol, and have their answers. */
void lobby_enroll_all(struct lobby *lobby);

/* Reports as the lead of `slot`, with two incidents and a view of all slots in their first life;
 * generation 0 = without a view. */
void lobby_report(struct lobby *lobby, struct asked *asked, uint32_t slot, uint64_t generation);

/* The reply to whoever enrolled, freed by the caller; NULL when none came. */
Muster__EnrollReply *asked_reply(const struct asked *asked);

/* Whether an answer came that says to follow that slot and where it is; to wait; to stand. */
bool asked_follows(const struct asked *asked, uint32_t slot);
bool asked_waits(const struct asked *asked);
bool asked_stands(const struct asked *asked);

/* Whether the witness has answered so. */
bool asked_voted(const struct asked *asked, bool granted, uint64_t promised);

#endif
