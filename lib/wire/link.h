/* link - what an agent and a trainer process share: two pages of memory and a socket.
 *
 * The progress page is written by the trainer with relaxed stores and read by the agent; the
 * control page the other way round: a step costs no system call. The socket (SOCK_SEQPACKET)
 * carries what must not be missed. The layout is fixed, little-endian, and only grows: this is also
 * the contract for trainers that are not ours.
 *
 * Descriptors arrive by number in the environment: MUSTER_LINK, MUSTER_PAGE, MUSTER_CONTROL and,
 * for the native trainer, MUSTER_SPEC: the whole job as JSON, as job_print writes it. */
#ifndef WIRE_LINK_H
#define WIRE_LINK_H

#include <stdatomic.h>
#include <stdint.h>

#define LINK_VERSION  1
#define LINK_PAGE     4096
#define LINK_BLOB     128  /* most bytes of an exchange blob */
#define LINK_RESULT   4000 /* most bytes of a result */
#define LINK_REASON   480  /* most bytes of a reason, with its zero byte */
#define LINK_RANKS    1024 /* most ranks of a generation */
#define LINK_MESSAGE  (LINK_RANKS * (LINK_BLOB + 2) + 64)
#define LINK_NO_STATE (-1)

/* Exit codes of a trainer that an agent understands. */
enum link_exit {
    LINK_EXIT_DONE = 0,
    LINK_EXIT_FAILED = 1, /* try again */
    LINK_EXIT_USAGE = 2,  /* wrong arguments: trying again does not help */
    LINK_EXIT_INPUT = 3   /* bad spec or data: trying again does not help */
};

enum link_phase {
    LINK_PHASE_START,
    LINK_PHASE_LOAD,
    LINK_PHASE_WAIT,
    LINK_PHASE_RESTORE,
    LINK_PHASE_TRAIN,
    LINK_PHASE_VALIDATE,
    LINK_PHASE_SAVE,
    LINK_PHASE_DONE,
    LINK_PHASES
};

/* Written by the trainer. Times are nanoseconds of CLOCK_BOOTTIME, 0 = not yet. */
struct link_page {
    _Atomic uint32_t version;
    _Atomic uint32_t phase;
    _Atomic uint64_t generation; /* the generation that `restored` and `stepped` speak of */
    _Atomic int64_t begun;       /* newest step begun, counted from 1 */
    _Atomic int64_t committed;   /* steps committed; LINK_NO_STATE = holds no state */
    _Atomic int64_t total;
    _Atomic int64_t epoch;
    _Atomic uint64_t samples;
    _Atomic double loss;
    _Atomic double accuracy;
    _Atomic uint64_t sequence; /* collectives begun in the generation */
    _Atomic int64_t restored;  /* state in place */
    _Atomic int64_t stepped;   /* first step of the generation committed */
    _Atomic int64_t saved;     /* committed steps of the newest durable checkpoint; 0 = none */
    _Atomic int64_t validated; /* committed steps at the newest validation; 0 = none */
    _Atomic uint64_t computed; /* own computing in the generation, nanoseconds, without waiting */
    _Atomic uint64_t work;     /* how much was computed in that time, in any unit; 0 = not told */
};

/* What a rank may be asked for. All ranks of the generation agree on a step and say LINK_DONE with
 * code 1 after it. */
enum link_drain {
    LINK_DRAIN_NOT,
    LINK_DRAIN_STOP,     /* save before that: the job stops */
    LINK_DRAIN_HAND_OVER /* need not save: LINK_REVOKE and the next generation follow */
};

/* Written by the agent. */
struct link_control {
    _Atomic uint32_t version;
    _Atomic uint32_t draining; /* enum link_drain */
    _Atomic uint64_t revoked;  /* this generation and all before it are over */
};

_Static_assert(sizeof(struct link_page) <= LINK_PAGE, "the page is one page");
_Static_assert(sizeof(struct link_control) <= LINK_PAGE, "the page is one page");

enum link_type {
    /* trainer to agent */
    LINK_HELLO = 1, /* ready to be placed */
    LINK_READY,     /* generation, blob: listening */
    LINK_QUIET,     /* generation: has left it; committed and begun are final */
    LINK_BROKEN,    /* generation, text: a peer cannot be reached */
    LINK_DONE,      /* text: result; the process waits to be let go */
    LINK_FAILED,    /* code (enum link_exit), text: reason; the process ends */
    LINK_UNSAVED,   /* text: why a checkpoint could not be written; "" = it can again */
    /* agent to trainer */
    LINK_ASSIGN = 32, /* generation, attempt, rank, size: get ready */
    LINK_GO,          /* generation, committed = step to restore, blobs */
    LINK_REVOKE,      /* generation: look at the control page; answered by LINK_QUIET */
    LINK_LEAVE        /* the job is over: exit with 0 */
};

/* Every message begins so; what is not used by its type is 0. A text or a list of blobs follows. */
struct link_message {
    uint32_t type;
    uint32_t code;
    uint64_t generation;
    int64_t committed;
    int64_t begun;
    uint32_t attempt;
    uint32_t rank;
    uint32_t size;
    uint32_t local_rank;
    uint32_t local_size;
    uint32_t tail; /* bytes that follow: a text, one blob, or `size` times {uint16 length, bytes} */
};

_Static_assert(sizeof(struct link_message) == 56, "no padding");

#endif
