/* network - one micro-batch on its way through a model, forward and back.
 *
 * Passes are written by hand over the list of layers. All activations lie in one arena that is made
 * once; a pass allocates nothing. The parameters and gradients are flat buffers (model.h) of the
 * backend's type. */
#ifndef TRAINER_NETWORK_H
#define TRAINER_NETWORK_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "trainer/backend/backend.h"
#include "trainer/core/arena.h"
#include "trainer/model/model.h"

struct network {
    const struct model *model;     /* not owned */
    const struct backend *backend; /* not owned */
    int64_t rows;                  /* samples of a micro-batch */
    void *input;                   /* rows x inputs, filled by the caller before a pass */
    void *before[TRAINING_LAYERS]; /* rows x units: before the activation */
    void *after[TRAINING_LAYERS];  /* the same place where there is no activation to apply */
    void *gradient[2];             /* rows x widest layer, used in turn on the way back */
    void *losses;                  /* rows */
    struct arena arena;            /* the memory of all these */
};

/* Makes the arena. Returns 0, or -1 when there is no memory for it. */
int network_init(struct network *network,
                 const struct model *model,
                 const struct backend *backend,
                 int64_t rows,
                 struct error *error);
void network_done(struct network *network);

CLEANUP_DEFINE(network, struct network, network_done)

/* From `input` to the last layer, whose softmax is left out: its loss includes it. Returns 0 or
 * -1. */
int network_forward(struct network *network, const void *parameters, struct error *error);

/* What network_forward left: rows x classes. */
void *network_logits(const struct network *network);

/* After network_forward: the cross-entropy, summed over the rows in their order, and the gradient
 * of that sum by the logits. `labels` holds one class a row or BACKEND_IGNORED. Returns 0 or -1. */
int network_loss(struct network *network, const int32_t *labels, double *sum, struct error *error);

/* After network_loss: writes the gradient of the sum by every parameter. Returns 0 or -1. */
int network_backward(struct network *network,
                     const void *parameters,
                     void *gradient,
                     struct error *error);

/* After network_forward: the class of every row. Returns 0 or -1. */
int network_classes(struct network *network, int32_t *classes, struct error *error);

/* After network_forward: turns the logits into probabilities, where they are. Returns 0 or -1. */
int network_probabilities(struct network *network, struct error *error);

#endif
