/* random_job - valid jobs and training sections made by chance, for properties that hold for all.
 */
#ifndef TESTS_JOB_RANDOM_JOB_H
#define TESTS_JOB_RANDOM_JOB_H

#include <stdint.h>

#include "job/job.h"

/* Fills the zeroed `training` with values that are within their ranges and obey every rule, padding
 * aside. training_done is owed. */
void random_training(uint64_t *random, struct training *training);

/* The same for a whole job; job_done is owed. */
void random_job(uint64_t *random, struct job *job);

#endif
