/* predict - the classes that a trained model gives to images, in their order. */
#ifndef TRAINER_PREDICT_H
#define TRAINER_PREDICT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "trainer/checkpoint/checkpoint.h"

struct predict_request {
    struct checkpoint *checkpoint; /* whose weights to use; not owned */
    const char *data;              /* prefix of the IDX files, as in job/training.h */
    bool probabilities;            /* write them too */
};

struct predict_summary {
    int64_t samples;
    int64_t labelled; /* samples that came with a label: all of them, or 0 */
    int64_t correct;  /* of those */
};

/* Writes comma-separated values to `out`: a line of names ("index,class"), then a line a sample in
 * the order of the file, with a probability for every class if asked for. Labels are read where
 * there is a file of them. Returns 0; -1 when the checkpoint or the data cannot be used, or `out`
 * cannot be written. */
int predict_run(const struct predict_request *request,
                FILE *out,
                struct predict_summary *summary,
                struct error *error);

#endif
