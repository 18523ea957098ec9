/* tensor - a view of dense, row-major numbers. */
#include "trainer/core/tensor.h"

size_t tensor_type_size(enum tensor_type type)
{
    return type == TENSOR_FLOAT32 ? sizeof(float) : sizeof(double);
}

int64_t tensor_count(const struct tensor *tensor)
{
    int64_t count = 1;

    for (size_t i = 0; i < tensor->dimensions; i++)
        count *= tensor->shape[i];
    return count;
}

double tensor_get(const struct tensor *tensor, int64_t index)
{
    if (tensor->type == TENSOR_FLOAT32)
        return ((const float *)tensor->data)[index];
    return ((const double *)tensor->data)[index];
}

void tensor_set(const struct tensor *tensor, int64_t index, double value)
{
    if (tensor->type == TENSOR_FLOAT32)
        ((float *)tensor->data)[index] = (float)value;
    else
        ((double *)tensor->data)[index] = value;
}

void *tensor_at(void *data, enum tensor_type type, int64_t index)
{
    return (char *)data + (size_t)index * tensor_type_size(type);
}
