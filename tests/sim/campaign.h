/* campaign - many schedules, on several processors. */
#ifndef SIM_CAMPAIGN_H
#define SIM_CAMPAIGN_H

#include "base/error.h"
#include "sim.h"

struct campaign {
    uint64_t first;     /* seed of the first schedule, from which the others' follow */
    int64_t schedules;  /* how many to play */
    int64_t processors; /* threads */
    int64_t progress;   /* a line after so many, 0 = none */
    enum sim_mutant mutant;
};

/* Plays one schedule and says on standard output when it breaks. Returns 0, or 1 when it broke. */
int campaign_replay(uint64_t seed, bool trace);

/* Replays the seeds of a file: one a line, '#' begins a comment, empty lines are allowed. Returns
 * 0; 1 when one of them broke, -1 when the file cannot be read. */
int campaign_replay_file(const char *path, struct error *error);

/* Plays until the first that breaks and prints what all of them add up to. Returns 0, or 1 when
 * one broke. */
int campaign_play(const struct campaign *campaign);

#endif
