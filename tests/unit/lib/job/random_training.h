/* random_training - valid training sections made by chance, for properties that hold for all. */
#ifndef TESTS_JOB_RANDOM_TRAINING_H
#define TESTS_JOB_RANDOM_TRAINING_H

#include <stdint.h>

#include "job/training.h"

/* A whole number within [low, high], and a number. */
int64_t random_whole(uint64_t *random, int64_t low, int64_t high);
double random_number(uint64_t *random, double low, double high);

/* A text of 1 to `most` bytes: letters, signs that JSON and YAML treat specially, and UTF-8.
 * Allocated. */
char *random_text(uint64_t *random, size_t most);

/* Fills the zeroed `training` with values that are within their ranges and obey every rule, padding
 * aside. training_done is owed. */
void random_training(uint64_t *random, struct training *training);

#endif
