/* straight - a training that nothing disturbs, and what it ends in: so must those that are. */
#ifndef INTEGRATION_STRAIGHT_H
#define INTEGRATION_STRAIGHT_H

#include <stdint.h>

struct straight {
    char directory[256]; /* "" = it has not run yet */
    uint64_t weights;
    double steps;
    int disturbed; /* how often */
};

/* Makes data and a job of so many epochs and runs it, the first time that it is called. */
void straight_run(struct straight *straight, int epochs);

/* Runs the job with faults and checkpoints of its own: it must end well, with the same weights
 * after as many steps. Its result is in the directory. */
void straight_disturb(struct straight *straight, const char *faults);

#endif
