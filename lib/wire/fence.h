/* fence - the highest (attempt, generation) that a checkpoint directory has seen begin.
 *
 * The lead of a new attempt writes it before the first step; a writer of checkpoints that reads a
 * higher one stops. So a trainer that was cut off and lives on cannot put its work in the way. The
 * file DIR/fence holds one line: "muster-fence ATTEMPT GENERATION". */
#ifndef WIRE_FENCE_H
#define WIRE_FENCE_H

#include <stdint.h>

#include "base/error.h"

struct fence {
    uint32_t attempt;
    uint64_t generation;
};

/* Orders by attempt, then generation: negative, 0 or positive. */
int fence_compare(const struct fence *a, const struct fence *b);

/* Reads the fence of a directory. Returns 0; 1 when there is none; -1 when it cannot be read or is
 * not a fence. */
int fence_read(const char *directory, struct fence *fence, struct error *error);

/* Raises the fence to `fence`; the directory is made if missing. Returns 0; 1 when a higher one is
 * there already (stored in `found`, which may be NULL); -1 when it cannot be written. */
int fence_raise(const char *directory,
                const struct fence *fence,
                struct fence *found,
                struct error *error);

#endif
