/* dataset - labelled samples: a file of images and a file of labels that belong together. */
#ifndef TRAINER_DATASET_H
#define TRAINER_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "trainer/data/content.h"

struct dataset {
    int64_t count;         /* samples */
    int64_t sample_size;   /* bytes of one sample */
    const uint8_t *images; /* count x sample_size */
    const uint8_t *labels; /* count, each below the number of classes; NULL = there are none */
    struct content image_file;
    struct content label_file;
};

/* What the model asks of its data. */
struct dataset_form {
    int64_t sample_size;
    int64_t classes;
};

/* Opens PREFIX-images-idx3-ubyte and PREFIX-labels-idx1-ubyte, each also with ".gz"; the plain one
 * is taken where both are there. Returns 0; 1 when there are images and no labels at all, also a
 * dataset, without labels; -1 when they cannot be read, do not belong together or do not fit the
 * form, with the path and the reason. After 0 or 1 dataset_done is owed. */
int dataset_open(const char *prefix,
                 const struct dataset_form *form,
                 struct dataset *dataset,
                 struct error *error);
void dataset_done(struct dataset *dataset);

CLEANUP_DEFINE(dataset, struct dataset, dataset_done)

#endif
