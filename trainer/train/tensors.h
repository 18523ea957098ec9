/* tensors - a state as the named tensors of a checkpoint. */
#ifndef TRAINER_TENSORS_H
#define TRAINER_TENSORS_H

#include <stddef.h>

#include "trainer/checkpoint/checkpoint.h"
#include "trainer/train/state.h"

#define TENSORS_MOST 384

/* Fills `tensors` with views of the state: its parameters, then m, then v. Returns how many there
 * are, at most TENSORS_MOST. */
size_t tensors_list(const struct state *state, struct checkpoint_tensor *tensors);

#endif
