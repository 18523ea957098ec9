/* model - which tensors a model has and where they lie in one flat buffer. Pure.
 *
 * The parameters of a model are one array of `size` elements without gaps: the weight and the bias
 * of every layer, in the order of layers. Gradients and the moments of an optimizer have the same
 * form, so that each of them is one vector to add, reduce, send and save. Names and shapes are
 * global: they do not depend on who holds what. */
#ifndef TRAINER_MODEL_H
#define TRAINER_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "job/training.h"
#include "trainer/core/tensor.h"

#define MODEL_TENSORS (2 * TRAINING_LAYERS)
#define MODEL_NAME    40 /* longest name of a tensor with its zero byte */

/* y = activation(x weight^T + bias); offsets are in elements of the flat buffer. */
struct model_layer {
    int64_t inputs;
    int64_t units;
    enum training_activation activation;
    int64_t weight; /* [units, inputs] */
    int64_t bias;   /* [units] */
};

struct model_tensor {
    char name[MODEL_NAME]; /* "layer.0.weight", "layer.0.bias" */
    int64_t offset;
    int64_t shape[2];
    size_t dimensions;
};

struct model {
    struct model_layer layers[TRAINING_LAYERS];
    size_t layer_count;
    struct model_tensor tensors[MODEL_TENSORS];
    size_t tensor_count;
    int64_t inputs;  /* elements of one sample */
    int64_t classes; /* units of the last layer */
    int64_t size;    /* parameters in all */
};

/* Lays the model out. Returns 0; -1 when it has more parameters than can be addressed. */
int model_init(struct model *model, const struct training_model *spec, struct error *error);

/* The view of tensor `index` in the flat buffer at `flat`, whose elements are of `type`. */
struct tensor model_tensor(const struct model *model,
                           size_t index,
                           enum tensor_type type,
                           void *flat);

#endif
