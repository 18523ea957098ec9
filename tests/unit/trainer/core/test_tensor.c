/* Tensor views: sizes, and elements of either type. */
#include "trainer/core/tensor.h"

#include "support/check.h"

static void sizes_follow_shape_and_type(void)
{
    struct tensor scalar = {0};
    struct tensor cube = {.shape = {2, 3, 4}, .dimensions = 3};

    CU_ASSERT(tensor_count(&scalar) == 1);
    CU_ASSERT(tensor_count(&cube) == 24);
    CU_ASSERT(tensor_type_size(TENSOR_FLOAT32) == 4 && tensor_type_size(TENSOR_FLOAT64) == 8);
}

static void elements_of_either_type_read_as_double(void)
{
    float singles[3] = {1, 2, 3};
    double doubles[3] = {4, 5, 6};
    struct tensor single = {singles, TENSOR_FLOAT32, {3}, 1};
    struct tensor wide = {doubles, TENSOR_FLOAT64, {3}, 1};

    CU_ASSERT(tensor_get(&single, 2) == 3 && tensor_get(&wide, 1) == 5);
    tensor_set(&single, 0, 0.5);
    tensor_set(&wide, 0, 0.1);
    CU_ASSERT(singles[0] == 0.5f && doubles[0] == 0.1);
    CU_ASSERT(tensor_at(singles, TENSOR_FLOAT32, 2) == &singles[2]);
    CU_ASSERT(tensor_at(doubles, TENSOR_FLOAT64, 2) == &doubles[2]);
}

SUITE("trainer core tensor",
      {"sizes follow shape and type", sizes_follow_shape_and_type},
      {"elements of either type read as double", elements_of_either_type_read_as_double})
