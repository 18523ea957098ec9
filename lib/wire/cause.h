/* cause - why a rank or an agent was lost, as it travels in messages, status and metrics. Pure. */
#ifndef WIRE_CAUSE_H
#define WIRE_CAUSE_H

#include <stdint.h>

/* Numbers are part of the wire: causes are only added at the end. */
enum cause {
    CAUSE_NONE,
    CAUSE_RANK_CRASH,   /* the process ended by its own doing: exit code, segmentation fault, ... */
    CAUSE_RANK_KILLED,  /* the process was killed from outside */
    CAUSE_COMMUNICATOR, /* a rank could not reach a peer */
    CAUSE_AGENT_LOST,   /* the session to its agent ended */
    CAUSE_AGENT_NEW,    /* another incarnation came in its place */
    CAUSE_STUCK,        /* it did not leave, or did not get ready, in time */
    CAUSE_INPUT,        /* bad spec or data: trying again does not help */
    CAUSE_HANG,         /* it did not get on, while it was waited for */
    CAUSE_MEMORY,       /* it took so much memory that the pod had none left */
    CAUSE_DRAIN,        /* its pod is to end: it was asked to leave. Nobody's fault */
    CAUSE_SLOW,         /* it gets on, more slowly than the others */
    CAUSE_RESIZED,      /* no fault: a larger view could be formed */
    CAUSE_GPU_SOFT,     /* its accelerator has an error that a new process does not have */
    CAUSE_GPU_FABRIC,   /* what joins the accelerators of its pod is broken */
    CAUSE_GPU_HARD,     /* an accelerator of its pod is of no use any more */
    CAUSES
};

/* The name of a cause, "RankKilled"; "Unknown" for a number that is none. */
const char *cause_name(uint32_t cause);

/* The rung of the ladder that a cause is answered with: 1 in-process, 2 rank, 3 all ranks of the
 * pod, 4 pod, 5 another number of members; 0 = it is told and nothing is done. */
uint32_t cause_rung(enum cause cause);

#endif
