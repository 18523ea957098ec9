/* oracle - a Directory that keeps what it was asked last and answers what it was told to. */
#ifndef AGENT_ORACLE_H
#define AGENT_ORACLE_H

#include <stdbool.h>

#include "agent/papers.h"
#include "base/loop.h"
#include "base/text.h"
#include "support/passport.h"
#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

/* The certificate of the agent that asks. */
#define ORACLE_NAME "09000000000000000900000000000000.1.2.uid.agent.muster.dev"

enum oracle_kind { ORACLE_ENROLL, ORACLE_REPORT, ORACLE_WITNESS, ORACLE_KINDS };

struct oracle {
    struct loop loop;
    struct rpc *rpc;
    struct rpc_server *server;
    char address[32];
    struct text asked[ORACLE_KINDS];  /* bytes of the newest question of each kind */
    struct text answer[ORACLE_KINDS]; /* bytes of the answers */
    int count[ORACLE_KINDS];          /* questions so far */
    char shown[ORACLE_KINDS][256];    /* enrolling: the credential; else who has asked */
    bool mute;                        /* who asks for a certificate gets none */
    struct passport passport;
    int refusal[ORACLE_KINDS]; /* status to refuse with; RPC_OK = answers */
    bool silent;               /* questions are taken and not answered */
    struct timer guard;
};

/* Opens on a loop of its own. */
void oracle_open(struct oracle *oracle);

/* Whoever asks must have hung up before. */
void oracle_close(struct oracle *oracle);

/* From now on answers with this message. */
void oracle_answer(struct oracle *oracle, enum oracle_kind kind, const ProtobufCMessage *message);

/* Makes the papers of slot 1 of attempt 2 of the job "uid", in life {9, 9}; with a certificate or
 * without. papers_done is owed. */
void oracle_papers(struct papers *papers, bool certified);

/* Runs the loop until somebody stops it; what never comes fails the test. */
void oracle_run(struct oracle *oracle);

#endif
