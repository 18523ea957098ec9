/* job_read - the job that a trainer is to train: from a manifest, or from the agent. */
#ifndef TRAINER_JOB_READ_H
#define TRAINER_JOB_READ_H

#include "base/options.h"
#include "base/text.h"
#include "job/job.h"

/* Reads the manifest at `path` ("-" = standard input), changed by `sets`. Returns 0 with the job,
 * which job_done releases; 1 when it cannot be read or is wrong: `report` has all reasons, a line
 * each. */
int job_read_file(const char *path,
                  const struct option_list *sets,
                  struct job *job,
                  struct text *report);

/* Reads the job from a descriptor that an agent has handed over, from its beginning wherever it
 * stands, for other ranks share it. `number` is the descriptor as in the environment. Returns as
 * job_read_file. */
int job_read_descriptor(const char *number, struct job *job, struct text *report);

#endif
