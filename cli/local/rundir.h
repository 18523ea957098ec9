/* rundir - the directory in which a local job keeps what is not the user's: WORK/.muster/NAME with
 * the attempt's number, a secret by which its agents enrol, whom they are to believe, logs and
 * verdicts. Two runs of a job at once are refused. */
#ifndef CLI_RUNDIR_H
#define CLI_RUNDIR_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define RUNDIR_SECRET 65 /* 64 hexadecimal digits and a zero byte */

struct rundir {
    int lock; /* descriptor */
    char *path;
    char *logs;        /* of the current attempt */
    char *secret_file; /* of the current attempt */
    char *trust_file;  /* NULL = none was written */
    char secret[RUNDIR_SECRET];
    uint32_t attempt;
};

/* Takes the directory of job `name` below `work`. Returns 0, with rundir_done owed, or -1 when it
 * cannot be made or the job is running already. */
int rundir_open(struct rundir *rundir, const char *work, const char *name, struct error *error);

/* Begins the next attempt: its number is above the last one's and above `least`; it has a secret
 * and empty logs of its own. Returns 0, or -1 when that cannot be written, the last number cannot
 * be read, or there is no higher number. */
int rundir_attempt(struct rundir *rundir, uint32_t least, struct error *error);

/* Writes whom agents are to believe, certificates as PEM. Returns 0 or -1. */
int rundir_trust(struct rundir *rundir, const char *trust, struct error *error);

/* Reads the verdict that the agent of a slot left in this attempt: the first line into `outcome`,
 * the rest into `text` (cli/local/record.h). Returns 0, or 1 when it left none. */
int rundir_verdict(const struct rundir *rundir,
                   uint32_t slot,
                   struct text *outcome,
                   struct text *text);

/* Forgets the secret and lets the next run in. The logs stay. */
void rundir_done(struct rundir *rundir);

#endif
