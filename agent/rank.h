/* rank - the life of one local rank as a table for each kind of trainer. Pure.
 *
 * A rank process may be replaced any number of times; its place in the pod stays. What a generation
 * wants of it is remembered here and acted on as soon as the process can follow. */
#ifndef AGENT_RANK_H
#define AGENT_RANK_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/message.h"

/* A native trainer outlives generations and speaks of what it does. A foreign one is any command: a
 * process of one generation, of which only its exit status is known. */
enum rank_kind { RANK_NATIVE, RANK_FOREIGN, RANK_KINDS };

#define RANK_TEXT 4001 /* a reason, or a result */

enum rank_state {
    RANK_DOWN,     /* no process */
    RANK_STARTING, /* started, has not said hello */
    RANK_IDLE,     /* in no generation */
    RANK_PLACING,  /* was told its place, gets ready */
    RANK_SET,      /* ready, waits for go */
    RANK_RUNNING,
    RANK_DONE,    /* has its result, waits to be let go */
    RANK_LEAVING, /* was told that its generation is over */
    RANK_KILLED,  /* did not leave in time, hung, or was condemned */
    RANK_ENDING,  /* was let go */
    RANK_STATES
};

enum rank_event {
    RANK_SPAWNED, /* the keeper has started it */
    RANK_HELLO,   /* and so on: what the process says */
    RANK_READY,
    RANK_QUIET,
    RANK_BROKEN,
    RANK_FINISHED,
    RANK_FAILED, /* it says why it will end; it has not yet */
    RANK_EXITED,
    RANK_PLACE, /* and so on: what the agent wants */
    RANK_START,
    RANK_REVOKE,
    RANK_LEAVE,
    RANK_HUNG,      /* it holds the others up: it is to end */
    RANK_CONDEMNED, /* it is to end, whatever it does */
    RANK_LATE,      /* its patience is over */
    RANK_EVENTS
};

enum rank_action {
    RANK_NOTHING,
    RANK_SEND_ASSIGN,
    RANK_SEND_GO,
    RANK_SEND_REVOKE,
    RANK_SEND_LEAVE,
    RANK_KILL,
    RANK_BLAME /* tell the member */
};

/* One cell: where it goes and what is done. */
struct rank_move {
    bool allowed;
    enum rank_state next;
    enum rank_action action;
};

/* What the event means in that state; not allowed = it says nothing new and is passed over. */
struct rank_move rank_move(enum rank_kind kind, enum rank_state state, enum rank_event event);

/* Whether a rank in that state is in no generation. */
bool rank_is_quiet(enum rank_kind kind, enum rank_state state);

/* Whether a rank in that state has a process. */
bool rank_lives(enum rank_kind kind, enum rank_state state);

const char *rank_state_name(enum rank_state state);

#endif
