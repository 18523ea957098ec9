/* The text of a model: it reads back, and differences are named. */
#include "trainer/model/spec.h"

#include <string.h>

#include "support/check.h"

static const struct training_model model = {
    .shape = {28, 28},
    .dimensions = 2,
    .input_size = 784,
    .layers = {{LAYER_DENSE, 512, ACTIVATION_RELU}, {LAYER_DENSE, 10, ACTIVATION_SOFTMAX}},
    .layer_count = 2,
};

static void a_printed_model_reads_back(void)
{
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text difference = {0};
    struct training_model read;

    training_model_print(&model, &text);
    CU_ASSERT(spec_read(text.data, &read, NULL) == 0);
    CU_ASSERT(spec_compare(&read, &model, &difference) == 0 && !difference.size);
}

static void other_texts_are_refused_with_a_reason(void)
{
    struct training_model read;
    struct error error = {""};

    CU_ASSERT(spec_read("{", &read, &error) == -1);
    CU_ASSERT_STRING_EQUAL(error.text, "the model is not JSON");
    CU_ASSERT(spec_read("{\"input\":{\"shape\":[3]},\"layers\":[{\"type\":\"dense\","
                        "\"units\":0,\"activation\":\"softmax\"}]}",
                        &read,
                        &error) == -1);
    CU_ASSERT(strstr(error.text, "model.layers[0].units: ") != NULL);
}

static void differences_are_named(void)
{
    struct training_model others[5] = {model, model, model, model, model};
    static const char *const said[] = {"a sample has 100 numbers, not 784",
                                       "layer 0 has 256 units, not 512",
                                       "layer 1 has activation none, not softmax",
                                       "there are 1 layers, not 2",
                                       "layer 1 has 9 units, not 10"};

    others[0].input_size = 100;
    others[1].layers[0].units = 256;
    others[2].layers[1].activation = ACTIVATION_NONE;
    others[3].layer_count = 1;
    others[4].layers[1] = (struct training_layer){LAYER_DENSE, 9, ACTIVATION_NONE};
    for (int i = 0; i < 5; i++) {
        CLEAN(text) struct text out = {0};

        CU_ASSERT(spec_compare(&others[i], &model, &out) == 1);
        CU_ASSERT_STRING_EQUAL(text_string(&out), said[i]);
    }
}

SUITE("trainer model spec",
      {"a printed model reads back", a_printed_model_reads_back},
      {"other texts are refused with a reason", other_texts_are_refused_with_a_reason},
      {"differences are named", differences_are_named})
