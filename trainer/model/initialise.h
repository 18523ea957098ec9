/* initialise - the weights a model begins with. Pure. */
#ifndef TRAINER_INITIALISE_H
#define TRAINER_INITIALISE_H

#include <stdint.h>

#include "trainer/model/model.h"

/* Fills the flat buffer: biases with 0, weights with numbers drawn evenly from [-limit, limit).
 * Before a relu or gelu the limit is sqrt(6 / inputs): He, Zhang, Ren, Sun, "Delving deep into
 * rectifiers", 2015; else sqrt(6 / (inputs + units)): Glorot, Bengio, "Understanding the difficulty
 * of training deep feedforward neural networks", 2010. An element depends on the seed, the number
 * of its tensor and its index there, and on nothing else, so that any layout gives the same bits.
 */
void initialise(const struct model *model, int64_t seed, enum tensor_type type, void *flat);

#endif
