/* tensor - a view of dense, row-major numbers: where they are, of which type, in which shape.
 *
 * A view owns nothing. */
#ifndef TRAINER_TENSOR_H
#define TRAINER_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#define TENSOR_DIMENSIONS 4

enum tensor_type { TENSOR_FLOAT32, TENSOR_FLOAT64 };

struct tensor {
    void *data;
    enum tensor_type type;
    int64_t shape[TENSOR_DIMENSIONS];
    size_t dimensions;
};

/* Bytes of one element. */
size_t tensor_type_size(enum tensor_type type);

/* How many elements it has; 1 without dimensions. */
int64_t tensor_count(const struct tensor *tensor);

/* Element number `index` in row-major order, as a double. */
double tensor_get(const struct tensor *tensor, int64_t index);
void tensor_set(const struct tensor *tensor, int64_t index, double value);

/* The address of element `index` of an array of elements of `type`. */
void *tensor_at(void *data, enum tensor_type type, int64_t index);

#endif
