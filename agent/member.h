/* member - the machine of every agent: promises, places, and whom it follows. Pure.
 *
 * It keeps the rules of an elector: a number is promised to one candidate incarnation and nothing
 * lower is answered after; the ranks are quiet before a promise is given; what it recorded is told
 * with every later promise. Nothing of this is ever restored: an agent that lost its memory is a
 * new incarnation. */
#ifndef AGENT_MEMBER_H
#define AGENT_MEMBER_H

#include "agent/effects.h"
#include "agent/message.h"
#include "agent/view.h"

#define MEMBER_PATIENCE INT64_C(30000000000)

enum member_state {
    MEMBER_OUTSIDE,  /* knows no lead; asks the directory */
    MEMBER_WAITING,  /* said hello, has no place */
    MEMBER_QUIETING, /* a candidate asks; the ranks are leaving */
    MEMBER_PROMISED, /* promised; waits for a place */
    MEMBER_FORMING,  /* has a place; the ranks get ready */
    MEMBER_READY,    /* they are; waits for go */
    MEMBER_RUNNING,  /* trains */
    MEMBER_ORPHAN,   /* lost its lead; will stand itself unless another candidate is faster */
    MEMBER_ENDED,    /* the job is over */
    MEMBER_STATES
};

enum member_event_kind {
    MEMBER_ENROLLED, /* identity = the lead to follow, or stand */
    MEMBER_LEARNED,  /* message.decided: the directory knows of a decided view; nobody leads */
    MEMBER_PREPARE,  /* message; and so on to FINISH and REFUSE */
    MEMBER_ASSIGN,
    MEMBER_RECORD,
    MEMBER_GO,
    MEMBER_OUT,
    MEMBER_FINISH,
    MEMBER_REFUSED,
    MEMBER_KILL,  /* message: the lead says that a rank hangs */
    MEMBER_LEAVE, /* message: whom it follows leaves */
    MEMBER_DRAIN, /* message.patience: its own pod is to end; so long it can stay */
    MEMBER_HELLO, /* message, while the own lead machine sleeps */
    MEMBER_QUIET, /* the ranks have left or are dead; message.committed, begun */
    MEMBER_SET,   /* number; message.blobs: the ranks are ready for it */
    MEMBER_FAULT, /* message.fault, text: something happened to a rank; committed, begun of the rest
                   */
    MEMBER_DONE,  /* message.outcome, text: all local ranks are done */
    MEMBER_LOST,  /* identity: the session to it has ended; silent = because nothing was heard */
    MEMBER_TIMER,
    MEMBER_EVENTS
};

struct member_event {
    enum member_event_kind kind;
    struct identity identity;
    bool silent;
    bool stand;
    const struct message *message;
};

/* A number and the candidate it is bound to. */
struct ballot {
    uint64_t number;
    struct identity candidate;
};

struct member {
    struct identity self;
    enum member_state state;
    struct identity lead; /* whom it follows */
    struct ballot promised;
    struct ballot asked;  /* quieting: to be promised */
    uint64_t seen;        /* highest number it has heard of */
    struct view base;     /* newest view known to be decided */
    struct view next;     /* recorded to follow `base` */
    uint64_t next_number; /* under this number; 0 = nothing recorded */
    struct view assigned;
    int64_t committed; /* of the local ranks when they were last quiet */
    int64_t begun;
    bool quiet;
    struct fault verdict; /* a final fault, told to every lead until the job ends */
    char verdict_text[512];
    int64_t patience;       /* how long a candidate may be silent */
    int64_t form_patience;  /* how long it may take until go, once it has assigned */
    bool leaving;           /* its pod is to end */
    int64_t leave_by;       /* and when */
    struct identity gone;   /* orphan: the lead that was lost */
    bool gone_left;         /* it said so */
    struct identity silent; /* the last lead that was lost because nothing was heard of it */
    int64_t orphaned;       /* and when */
    unsigned stands;        /* since the last go */
    unsigned redirects;     /* in a row */
    uint64_t random;
};

/* Begins outside, with quiet ranks. Set the patience (nanoseconds) after it; `seed` is for jitter.
 */
void member_init(struct member *member, const struct identity *self, uint64_t seed);

/* Takes one event at time `now` and adds what is to be done. */
void member_step(struct member *member,
                 const struct member_event *event,
                 int64_t now,
                 struct effects *effects);

/* Whether the event means something in that state; if not, it is passed over. */
bool member_hears(enum member_state state, enum member_event_kind kind);

/* The name of a state, "running". */
const char *member_state_name(enum member_state state);

#endif
