/* desk - a Directory that keeps what it was asked last and answers what it was told to. */
#ifndef AGENT_DESK_H
#define AGENT_DESK_H

#include <stdbool.h>

#include "base/loop.h"
#include "base/text.h"
#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

#define DESK_SECRET "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

enum desk_kind { DESK_ENROLL, DESK_REPORT, DESK_WITNESS, DESK_KINDS };

struct desk {
    struct loop loop;
    struct rpc *rpc;
    struct rpc_server *server;
    char address[32];
    struct text asked[DESK_KINDS];  /* bytes of the newest question of each kind */
    struct text answer[DESK_KINDS]; /* bytes of the answers */
    int count[DESK_KINDS];          /* questions so far */
    bool silent;                    /* questions are taken and not answered */
    struct timer guard;
};

/* Opens on a loop of its own. */
void desk_open(struct desk *desk);

/* Whoever asks must have hung up before. */
void desk_close(struct desk *desk);

/* From now on answers with this message. */
void desk_answer(struct desk *desk, enum desk_kind kind, const ProtobufCMessage *message);

/* Runs the loop until somebody stops it; what never comes fails the test. */
void desk_run(struct desk *desk);

#endif
