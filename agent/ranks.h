/* ranks - the local ranks of an agent as a group: placed, started and revoked together. Pure.
 *
 * It turns what happens to single ranks into what the member machine wants to know (all quiet, all
 * set, all done, a fault) and what the member wants into what is sent to each rank. */
#ifndef AGENT_RANKS_H
#define AGENT_RANKS_H

#include "agent/member.h"
#include "agent/rank.h"

#define RANKS_MOST  64 /* of one agent */
#define RANKS_CODES 256

struct rank {
    enum rank_state state;
    uint64_t generation; /* that it was last placed in */
    int64_t committed;   /* -1 = holds no state */
    int64_t begun;
    struct blob blob;
    enum outcome outcome; /* done */
    int64_t due;          /* when RANK_LATE or a start is due; CLOCK_NEVER = not */
    unsigned starts;      /* in a row that did not come to hello */
    bool given_up;        /* failed for good: not started again */
    enum cause ended;     /* what its end was made for here; CAUSE_NONE = it was not */
    bool along;           /* it is ended with another one, which is blamed */
    uint32_t code;        /* exit code it announced */
    char text[RANK_TEXT]; /* reason it gave, or its result */
};

struct ranks {
    enum rank_kind kind;
    struct rank items[RANKS_MOST];
    uint32_t count;
    uint64_t wanted;  /* generation to be placed in; 0 = none */
    bool set_told;    /* about `wanted` */
    bool started;     /* go was given for `wanted` */
    bool quiet_asked; /* the member waits for QUIET */
    bool done_told;
    bool ending;
    int64_t leave_patience; /* for leaving a generation */
    int64_t end_patience;
    uint64_t random;
    unsigned char final_codes[RANKS_CODES / 8]; /* bit n % 8 of byte n / 8: exit code n */
};

/* What is to be done to a rank. */
enum ranks_order_kind {
    RANKS_SPAWN, /* not for a foreign one */
    RANKS_KILL,
    RANKS_ASSIGN, /* foreign: there is nobody to be told */
    RANKS_GO,     /* foreign: start its process */
    RANKS_REVOKE, /* foreign: ask its process to end */
    RANKS_LEAVE   /* foreign: the same */
};

struct ranks_order {
    enum ranks_order_kind kind;
    uint32_t rank;
};

/* What came out of a step. `telling` are events for the member; their messages live here. */
struct ranks_output {
    struct ranks_order orders[4 * RANKS_MOST];
    size_t order_count;
    struct member_event telling[RANKS_MOST + 3];
    struct message messages[RANKS_MOST + 3];
    size_t telling_count;
    struct blob blobs[RANKS_MOST];
    bool ended; /* all processes are gone after an end was wanted */
};

/* What a rank, or the keeper, says about one rank. */
struct ranks_news {
    enum rank_event event;
    uint32_t rank;
    uint64_t generation;
    int64_t committed;
    int64_t begun;
    const struct blob *blob;
    enum outcome outcome;
    uint32_t code;    /* announced exit code */
    enum cause cause; /* RANK_CONDEMNED: what for; RANK_EXITED: what the kernel ended it for */
    bool along;       /* RANK_CONDEMNED: with another one, which is blamed for both */
    int status;       /* RANK_EXITED: waitpid's */
    const char *text; /* its reason or result; RANK_EXITED: what it said last. May be NULL */
};

/* Begins with `count` native ranks down, to be started at the first step. */
void ranks_init(struct ranks *ranks, uint32_t count, uint64_t seed);

/* The trainer is a foreign one: its ranks are started when a generation begins, end with it, and
 * all end when one of them fails. Before the first step, or before ranks are adopted. */
void ranks_foreign(struct ranks *ranks);

/* Exit codes after which trying again does not help, as the job has it: bit n % 8 of byte n / 8 is
 * set for exit code n, and for signal n - 128. What is absent is not set. Before ranks end. */
void ranks_final(struct ranks *ranks, const unsigned char *codes, size_t size);

/* Takes news of one rank. */
void ranks_hear(struct ranks *ranks,
                const struct ranks_news *news,
                int64_t now,
                struct ranks_output *output);

/* What the member wants: RANK_PLACE, RANK_START, RANK_REVOKE (with the number), RANK_LEAVE. */
void ranks_want(struct ranks *ranks,
                enum rank_event want,
                uint64_t number,
                int64_t now,
                struct ranks_output *output);

/* Time has come: starts and kills that are due. */
void ranks_tick(struct ranks *ranks, int64_t now, struct ranks_output *output);

/* A rank that a keeper handed over, in an unknown generation, with what its page says. */
void ranks_adopt(struct ranks *ranks, uint32_t rank, int64_t committed, int64_t begun);

/* When ranks_tick is due; CLOCK_NEVER = not. */
int64_t ranks_due(const struct ranks *ranks);

#endif
