/* The layout of a model and the weights it begins with. */
#include "trainer/model/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"
#include "trainer/core/philox.h"
#include "trainer/model/initialise.h"

static const struct training_model reference = {
    .shape = {28, 28},
    .dimensions = 2,
    .input_size = 784,
    .layers = {{LAYER_DENSE, 1024, ACTIVATION_RELU},
               {LAYER_DENSE, 512, ACTIVATION_TANH},
               {LAYER_DENSE, 10, ACTIVATION_SOFTMAX}},
    .layer_count = 3,
};

static void tensors_lie_one_after_the_other(void)
{
    static const char *const names[] = {"layer.0.weight",
                                        "layer.0.bias",
                                        "layer.1.weight",
                                        "layer.1.bias",
                                        "layer.2.weight",
                                        "layer.2.bias"};
    struct model model;
    int64_t end = 0;

    CU_ASSERT_FATAL(model_init(&model, &reference, NULL) == 0);
    CU_ASSERT(model.tensor_count == 6 && model.inputs == 784 && model.classes == 10);
    CU_ASSERT(model.size == 784 * 1024 + 1024 + 1024 * 512 + 512 + 512 * 10 + 10);
    for (size_t i = 0; i < model.tensor_count; i++) {
        struct tensor view = model_tensor(&model, i, TENSOR_FLOAT32, NULL);

        CU_ASSERT(strcmp(model.tensors[i].name, names[i]) == 0);
        CU_ASSERT(model.tensors[i].offset == end);
        CU_ASSERT((size_t)view.data == (size_t)end * sizeof(float));
        end += tensor_count(&view);
    }
    CU_ASSERT(end == model.size);
    CU_ASSERT(model.tensors[2].shape[0] == 512 && model.tensors[2].shape[1] == 1024);
    CU_ASSERT(model.layers[1].bias == model.tensors[3].offset);
}

static void a_model_beyond_all_memory_is_refused(void)
{
    struct training_model huge = reference;
    struct error error = {""};
    struct model model;

    huge.layers[0].units = INT64_MAX / 1000;
    CU_ASSERT(model_init(&model, &huge, &error) == -1 && error.text[0]);
    huge.layers[0].units = INT64_MAX / 784 / 8;
    CU_ASSERT(model_init(&model, &huge, &error) == -1);
}

static void weights_depend_on_their_coordinates_only(void)
{
    struct model model;
    float *flat;
    double *wide;
    struct tensor last;

    CU_ASSERT_FATAL(model_init(&model, &reference, NULL) == 0);
    flat = memory_get((size_t)model.size, sizeof *flat);
    wide = memory_get((size_t)model.size, sizeof *wide);
    initialise(&model, 7, TENSOR_FLOAT32, flat);
    initialise(&model, 7, TENSOR_FLOAT64, wide);
    last = model_tensor(&model, 4, TENSOR_FLOAT32, flat);
    for (int64_t i = 0; i < model.size; i += 997)
        CU_ASSERT(flat[i] == (float)wide[i]);
    CU_ASSERT(tensor_get(&last, 17) ==
              (double)(float)((2 * philox_uniform(7, 4, 17) - 1) * sqrt(6.0 / 522)));
    initialise(&model, 8, TENSOR_FLOAT64, wide);
    CU_ASSERT(flat[0] != (float)wide[0]);
    free(flat);
    free(wide);
}

static void weights_are_within_their_limit_and_biases_are_zero(void)
{
    struct model model;
    double *wide;
    double limits[] = {sqrt(6.0 / 784), sqrt(6.0 / 1536), sqrt(6.0 / 522)};

    CU_ASSERT_FATAL(model_init(&model, &reference, NULL) == 0);
    wide = memory_get((size_t)model.size, sizeof *wide);
    initialise(&model, 1, TENSOR_FLOAT64, wide);
    for (size_t i = 0; i < model.tensor_count; i++) {
        struct tensor view = model_tensor(&model, i, TENSOR_FLOAT64, wide);
        double most = 0;

        for (int64_t k = 0; k < tensor_count(&view); k++)
            most = fmax(most, fabs(tensor_get(&view, k)));
        CU_ASSERT(i % 2 ? most == 0 : most <= limits[i / 2] && most > 0.99 * limits[i / 2]);
    }
    free(wide);
}

SUITE("trainer model",
      {"tensors lie one after the other", tensors_lie_one_after_the_other},
      {"a model beyond all memory is refused", a_model_beyond_all_memory_is_refused},
      {"weights depend on their coordinates only", weights_depend_on_their_coordinates_only},
      {"weights are within their limit and biases are zero",
       weights_are_within_their_limit_and_biases_are_zero})
