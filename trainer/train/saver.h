/* saver - checkpoints while training goes on: a copy at a step boundary, written by a thread.
 *
 * At most one is in flight. A checkpoint that cannot be written costs the training nothing: the
 * next one is tried when it is due. */
#ifndef TRAINER_SAVER_H
#define TRAINER_SAVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "trainer/train/save.h"

struct saver {
    struct save_target target;
    int64_t every; /* nanoseconds between checkpoints; 0 = none on the way */
    int64_t due;   /* clock_now's nanoseconds */
    struct state copy;
    bool copies;     /* the copy has its memory */
    bool running;    /* a thread is to be joined */
    atomic_bool end; /* the thread has nothing left to do */
    pthread_t thread;
    struct checkpoint_id place;
    int outcome;
    struct error error;
};

/* How one save ended. */
struct saver_report {
    int64_t step;
    bool failed;
    struct error error; /* when it failed */
};

/* `target` is copied; what it points to must outlive the saver. `every` is in nanoseconds. */
void saver_init(struct saver *saver, const struct save_target *target, int64_t every);

/* Waits for the thread and releases everything. */
void saver_done(struct saver *saver);

CLEANUP_DEFINE(saver, struct saver, saver_done)

/* The time runs from `now` on: nothing is due before. */
void saver_reset(struct saver *saver, int64_t now);

/* Begins a checkpoint of `state` under `place` when one is due and none is in flight. Returns 0,
 * also when nothing was to do; 1 when it could not begin, with the report. */
int saver_begin(struct saver *saver,
                const struct state *state,
                const struct checkpoint_id *place,
                int64_t now,
                struct saver_report *report);

/* Whether the save in flight has ended since the last call; then the report is filled. */
bool saver_poll(struct saver *saver, struct saver_report *report);

/* Waits for the save in flight. Returns as saver_poll. */
bool saver_wait(struct saver *saver, struct saver_report *report);

#endif
