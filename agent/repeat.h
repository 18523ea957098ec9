/* repeat - whether a fault comes back however often it is repaired, so that it is no use. Pure.
 *
 * Only what a trainer did itself counts: it crashed, it took all memory, it hung,
 * it could not reach a peer. What came
 * from outside begins the count anew. Where trainers say how far they are, a fault comes back when
 * no step was committed in between: after three crashes or hangs, after ten broken communicators,
 * or after two crashes of the same class on two nodes, because then it is not the node. A trainer
 * that does not say how far it is has come back to the same fault when it ends soon after it was
 * started, three times with the same class and the same last words. */
#ifndef AGENT_REPEAT_H
#define AGENT_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/cause.h"
#include "wire/fault_class.h"

#define REPEAT_CRASHES 3
#define REPEAT_BREAKS  10
#define REPEAT_SOON    INT64_C(120000000000) /* nanoseconds */
#define REPEAT_NODE    254
#define REPEAT_WORDS   256

/* A fault, as the lead has seen it. Texts are cut at their bounds. */
struct repeat_fault {
    enum cause cause;
    enum fault_class class;
    const char *node;  /* "" = not known */
    const char *words; /* what the rank said last */
};

/* Zero-initialise to begin. */
struct repeat {
    unsigned count; /* faults in a row without progress, with the newest */
    int64_t step;   /* that the newest one was repaired to */
    enum fault_class class;
    char node[REPEAT_NODE];
    char words[REPEAT_WORDS];
};

enum repeat_verdict {
    REPEAT_GOES_ON,
    REPEAT_NO_PROGRESS, /* `count` times in a row */
    REPEAT_TWO_NODES
};

/* A generation is about to begin after that fault, at that many committed steps. */
enum repeat_verdict repeat_at_step(struct repeat *repeat,
                                   const struct repeat_fault *fault,
                                   int64_t step);

/* A generation of a trainer that does not say how far it is has ended with that fault, this long
 * after it began. */
enum repeat_verdict repeat_after(struct repeat *repeat,
                                 const struct repeat_fault *fault,
                                 int64_t lived);

#endif
