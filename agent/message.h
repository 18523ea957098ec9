/* message - what agents say to each other, as the machines see it. Pure.
 *
 * The same words are spoken on every session; wire/muster.proto is their form on the network. */
#ifndef AGENT_MESSAGE_H
#define AGENT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/view.h"
#include "wire/cause.h"
#include "wire/fault_class.h"

#define MESSAGE_BLOB  128
#define MESSAGE_TEXT  4096
#define MESSAGE_RANKS 64 /* most ranks of an agent */

enum message_kind {
    MESSAGE_NONE,
    MESSAGE_HELLO,    /* newcomer to lead: here I am */
    MESSAGE_PREPARE,  /* candidate: promise me this number */
    MESSAGE_PROMISE,  /* number, decided, next: nothing lower from me; ranks are quiet */
    MESSAGE_REFUSE,   /* number (what is promised), decided, lead (whom it follows), text (why) */
    MESSAGE_ASSIGN,   /* number, decided, view: get ready for it */
    MESSAGE_READY,    /* number, blobs of the sender's ranks */
    MESSAGE_RECORD,   /* number, decided, view: let it follow */
    MESSAGE_RECORDED, /* number, decided */
    MESSAGE_GO,       /* number, committed = step to restore, blobs of all ranks */
    MESSAGE_OUT,      /* decided: a view without you */
    MESSAGE_FAULT,    /* number (generation), fault, text */
    MESSAGE_DONE,     /* number (generation), text = result */
    MESSAGE_FINISH,   /* code = outcome, text = reason: the job is over, or your part in it */
    MESSAGE_BEAT,     /* I am there; number = other messages that came on this session; progress */
    MESSAGE_KILL,     /* number (generation), fault (rank), text: that rank hangs, end it */
    MESSAGE_SPARES,   /* view: who could be asked to take somebody's place, in no order */
    MESSAGE_LEAVE,    /* number, patience: the sender's pod is to end; of a lead: follow another */
    MESSAGE_MEASURE,  /* number (generation), local_rank: time the fixed work where it runs */
    MESSAGE_MEASURED, /* number (generation), local_rank, measured, text: what else is known */
    MESSAGE_KINDS
};

/* How a job ends. */
enum outcome {
    OUTCOME_NONE,
    OUTCOME_SUCCEEDED,
    OUTCOME_FAILED,
    OUTCOME_STOPPED, /* saved and stopped on request */
    OUTCOME_DRAINED, /* not the job: the receiver alone is let go, the others train on */
    OUTCOMES
};

struct fault {
    enum cause cause;
    enum fault_class class; /* unknown = that of the cause */
    uint32_t local_rank;
    int64_t age; /* nanoseconds since it was seen */
    bool final;  /* trying again does not help */
};

/* How far a rank is. */
struct rank_progress {
    uint32_t phase; /* enum link_phase */
    uint64_t generation;
    int64_t begun;
    int64_t committed;
    uint64_t sequence; /* collectives begun in the generation */
    bool stopped;      /* its process was stopped by a signal or a debugger */
    uint64_t computed; /* own computing in the generation, nanoseconds */
    uint64_t work;     /* in that time; 0 = it does not say */
};

/* What a rank tells its peers before they meet. */
struct blob {
    uint16_t size;
    unsigned char bytes[MESSAGE_BLOB];
};

/* Pointers are borrowed from the sender's state and valid until its next step. */
struct message {
    enum message_kind kind;
    struct identity from;
    uint64_t number;
    const struct view *decided;
    const struct view *view;
    const struct view *next; /* NULL = nothing recorded about `decided` */
    uint64_t next_number;
    int64_t committed;
    int64_t begun;
    const struct blob *blobs;
    uint32_t blob_count;
    const struct rank_progress *progress; /* beat: of the sender's ranks */
    uint32_t progress_count;
    uint32_t local_rank; /* measure, measured */
    int64_t measured;    /* nanoseconds; 0 = it could not be done */
    struct fault fault;
    enum outcome outcome;
    int64_t patience;     /* leave: nanoseconds that the sender can stay */
    struct identity lead; /* refuse; may be unknown */
    const char *text;     /* NULL = ""; beat: why a rank could not write a checkpoint */
};

/* The name of a kind, "prepare". */
const char *message_name(enum message_kind kind);

#endif
