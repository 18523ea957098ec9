/* box - rectangles of a tensor: which elements of a global tensor a piece of memory or file holds.
 * Pure. Elements are in row-major order, in the tensor and in the box. */
#ifndef TRAINER_BOX_H
#define TRAINER_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define BOX_DIMENSIONS 4
#define BOX_LIMIT      ((int64_t)1 << 48) /* most elements */

/* `dimensions` is 1 .. BOX_DIMENSIONS. A whole tensor is the box at offset 0. */
struct box {
    size_t dimensions;
    int64_t offset[BOX_DIMENSIONS];
    int64_t shape[BOX_DIMENSIONS];
};

/* The number of elements, or 0 when the box is none: a wrong number of dimensions, a size below 1,
 * an offset below 0, or more than BOX_LIMIT elements. */
int64_t box_elements(const struct box *box);

/* Whether two boxes of one tensor have elements in common; `common` receives them, and may be
 * NULL. */
bool box_intersect(const struct box *a, const struct box *b, struct box *common);

/* Whether every element of `whole` is in exactly one of the boxes. Returns 0, or -1 naming what is
 * wrong. */
int box_tile(const struct box *whole, const struct box *boxes, size_t count, struct error *error);

/* Walks through a box in its order, by runs that lie together in the whole tensor too. */
struct box_walk {
    int64_t run;                    /* elements of a run */
    size_t outer;                   /* dimensions in front of the run */
    int64_t place[BOX_DIMENSIONS];  /* in the outer dimensions, from 0 */
    int64_t shape[BOX_DIMENSIONS];  /* of the box */
    int64_t stride[BOX_DIMENSIONS]; /* elements of the whole from one index to the next */
    int64_t first;                  /* element of the whole at the beginning of the box */
    bool done;
};

/* Begins. The box lies within the whole. */
void box_walk_begin(struct box_walk *walk, const struct box *whole, const struct box *box);

/* Yields the next run: its first element in the whole, in `*index`. Returns false at the end. */
bool box_walk_next(struct box_walk *walk, int64_t *index);

#endif
