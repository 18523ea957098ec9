/* play - runs the built programs as a user would, and keeps what they said. */
#ifndef INTEGRATION_PLAY_H
#define INTEGRATION_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* How a program ended. */
struct play {
    int code; /* exit code; 128 + signal */
    double seconds;
    struct text out;
    struct text err;
};

/* Runs the program `name` of the build (MUSTER_BIN) in `directory` with the words that follow,
 * ended by NULL, and waits for it, at most two minutes. play_done is owed. */
void play_run(struct play *play, const char *directory, const char *name, ...);
void play_done(struct play *play);

/* Starts one in the background. Returns its process, to be given to play_wait. */
int play_start(struct play *play,
               const char *directory,
               const char *name,
               const char *const *words);
void play_wait(struct play *play, int process);

/* Waits until the program that runs in `directory` has said `text` on standard error. */
void play_until(const char *directory, const char *text);

/* Whether both texts were said, on standard error or standard output. Prints all when not. */
bool play_said(const struct play *play, const char *text);

/* Makes synthetic digits data/train (`train` samples) and data/validation below `directory`. */
void play_data(const char *directory, int train, int validation);

/* Writes a small job (784-48-10, four replicas) with so many epochs as `directory`/job.yaml. */
void play_job(const char *directory, int epochs);

/* A number or a text of the result that `muster run --result result.json` left in `directory`. NaN
 * or "" when it is not there. */
double play_number(const char *directory, const char *key);
void play_text(const char *directory, const char *key, char *out, size_t size);

/* How many repairs the result tells of. */
int play_repairs(const char *directory);

/* How many steps were done again because of them. */
int play_redone(const char *directory);

/* Whether the result tells of a repair with this cause whose text has those words. Prints what it
 * tells when not, and in any case how long the repairs took. */
bool play_repaired(const char *directory, const char *cause, const char *words);

/* How long one of them took, from the fault to the first step. NaN when it is not there. */
double play_repair_milliseconds(const char *directory, int repair);

/* The checksum of the weights that the result names; asserts that there is one. */
uint64_t play_weights(const char *directory);

#endif
