/* libmuster - a trainer's end of the link to the agent that started it.
 *
 * With it a trainer keeps its process, its weights and its device when a peer dies: it leaves the
 * broken communicator, is told its place in the next generation and goes on. A trainer is a loop:
 *
 *   muster_open
 *   while muster_wait gives a place:
 *       listen; muster_ready with where; muster_go; connect to the peers
 *       get the state of the step that all are to stand at; muster_restored
 *       for each step: muster_begin; train, watching muster_revoked; muster_commit
 *       at the end: muster_done
 *
 * A peer that cannot be reached is told with muster_broken; then, as after a revocation, the
 * communicator is given up and muster_wait is called. Functions that return an int return 0 when
 * all went well, -1 when the trainer cannot go on (muster_reason says why), or an outcome that
 * their comment names. A handle is used by one thread at a time; muster_revoked, muster_draining
 * and the functions that report progress may be called by any. C99 and C++; nothing else is needed.
 */
#ifndef LIBMUSTER_H
#define LIBMUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_NO_STATE (-1)
#define MUSTER_BLOB     128  /* most bytes that a rank tells its peers before they meet */
#define MUSTER_RESULT   4000 /* most bytes of a result */
#define MUSTER_REASON   480  /* most bytes of a reason, with its zero byte */

/* Outcomes beside 0 and -1. */
enum muster_outcome {
    MUSTER_LEAVE = 1, /* the job is over: end with exit code 0 */
    MUSTER_AGAIN = 2, /* the generation is over: give up the communicator, call muster_wait */
    MUSTER_ALONE = 3  /* no agent has started this process */
};

enum muster_phase {
    MUSTER_PHASE_START,
    MUSTER_PHASE_LOAD,
    MUSTER_PHASE_WAIT,
    MUSTER_PHASE_RESTORE,
    MUSTER_PHASE_TRAIN,
    MUSTER_PHASE_VALIDATE,
    MUSTER_PHASE_SAVE,
    MUSTER_PHASE_DONE
};

/* Why a trainer ends, and the exit code that it is to end with. */
enum muster_failure {
    MUSTER_FAILED = 1,    /* try again */
    MUSTER_BAD_USAGE = 2, /* trying again does not help */
    MUSTER_BAD_INPUT = 3
};

/* Where this process stands in a generation. */
struct muster_place {
    uint64_t generation;
    uint32_t attempt;
    uint32_t rank;
    uint32_t size;
    uint32_t local_rank;
    uint32_t local_size;
};

/* What a trainer shows of itself. Steps count from 1; NaN and 0 = not known. */
struct muster_progress {
    int64_t begun;     /* newest step begun */
    int64_t committed; /* steps committed; 0 = initial weights, MUSTER_NO_STATE = holds no state */
    int64_t total;     /* steps of the whole training */
    int64_t epoch;
    uint64_t samples;
    double loss;
    double accuracy;   /* 0..1 */
    int64_t validated; /* committed steps at that accuracy */
    enum muster_phase phase;
};

struct muster;

/* Finds the agent by the environment: MUSTER_LINK, MUSTER_PAGE and MUSTER_CONTROL. Returns 0 with
 * the handle, which is closed with muster_close; MUSTER_ALONE; or -1 with the reason. */
int muster_open(struct muster **muster, char reason[MUSTER_REASON]);

/* Lets go of the link. NULL is allowed. */
void muster_close(struct muster *muster);

/* Why the last function returned -1. */
const char *muster_reason(const struct muster *muster);

/* Waits for a place. Whatever communicator there was is given up before. Outcomes: MUSTER_LEAVE. */
int muster_wait(struct muster *muster, struct muster_place *place);

/* Says that this rank is ready for its place, and how its peers find it: `size` bytes, at most
 * MUSTER_BLOB, of any form. */
int muster_ready(struct muster *muster, const void *blob, size_t size);

/* Waits until all are ready. `restore` is the number of committed steps that all are to stand at:
 * one that holds less gets the state from one that does not; with MUSTER_NO_STATE nobody holds any.
 * Outcomes: MUSTER_AGAIN, MUSTER_LEAVE. */
int muster_go(struct muster *muster, int64_t *restore);

/* What a rank has said with muster_ready; of a rank that is none, NULL and 0 bytes. Valid until the
 * next wait. */
const void *muster_blob(const struct muster *muster, uint32_t rank, size_t *size);

/* Whether to give up the communicator: the generation is over, or the agent has something to say.
 * Cheap enough to be asked whenever a trainer waits for a peer. */
bool muster_revoked(const struct muster *muster);

/* A descriptor that is readable when the agent has something to say, for poll. It is not read. */
int muster_descriptor(const struct muster *muster);

/* A peer of this generation cannot be reached. */
void muster_broken(struct muster *muster, const char *reason);

/* The state of that many committed steps is in place: training goes on. */
void muster_restored(struct muster *muster, int64_t committed);

/* A step begins; it is committed, with a loss or NaN. Two stores each, no system call. */
void muster_begin(struct muster *muster, int64_t step);
void muster_commit(struct muster *muster, int64_t step, double loss);

/* The same and more at once. */
void muster_progress(struct muster *muster, const struct muster_progress *progress);

/* What the trainer does now; whoever does nothing for long in a phase is taken to hang. */
void muster_phase(struct muster *muster, enum muster_phase phase);

/* A collective begins: of ranks that wait for each other, the one that hangs has begun the fewest
 * in its generation. */
void muster_collective(struct muster *muster);

/* Where that number is, for a communicator that counts by itself: it stores it there, in one piece,
 * from muster_go on. */
uint64_t *muster_collectives(struct muster *muster);

/* This rank has computed for itself that long since the last call, without waiting for others, and
 * so much: in any unit that is the same for all ranks, as samples or micro-batches. Called before
 * muster_commit; then a rank that is slower than the others is found. */
void muster_computed(struct muster *muster, int64_t nanoseconds, uint64_t work);

/* A checkpoint of that many committed steps is durable; or none can be written, for this reason. */
void muster_saved(struct muster *muster, int64_t step);
void muster_unsaved(struct muster *muster, const char *reason);

/* Whether to save and stop. Ranks agree on the step: by adding up this flag with their gradients.
 */
bool muster_draining(const struct muster *muster);

/* Whether the stop that muster_draining asks for is a hand-over: some ranks leave, and the others
 * go on at once. Nobody needs to save; muster_done returns MUSTER_AGAIN, or MUSTER_LEAVE to who
 * leaves.
 */
bool muster_handing_over(const struct muster *muster);

/* Training is over, or was stopped because of muster_draining. `result` is a JSON object of at most
 * MUSTER_RESULT bytes; that of rank 0 counts. Waits for the others. Outcomes: MUSTER_LEAVE;
 * MUSTER_AGAIN when a peer was lost before all were done. */
int muster_done(struct muster *muster, bool stopped, const char *result);

/* This process cannot go on, and ends with this exit code. */
void muster_failed(struct muster *muster, enum muster_failure failure, const char *reason);

#ifdef __cplusplus
}
#endif

#endif
