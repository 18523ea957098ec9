/* predict - the classes that a trained model gives to images. */
#include "trainer/infer/predict.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "trainer/backend/backend.h"
#include "trainer/data/dataset.h"
#include "trainer/model/network.h"
#include "trainer/model/spec.h"
#include "trainer/train/state.h"
#include "trainer/train/tensors.h"

#define ROWS  64 /* samples of one pass */
#define PIXEL (1.0 / 255)

struct predictor {
    struct model model;
    struct backend *backend;
    struct network network;
    struct state state; /* weights only */
    struct dataset data;
};

static void predictor_done(struct predictor *predictor)
{
    dataset_done(&predictor->data);
    state_done(&predictor->state);
    network_done(&predictor->network);
    backend_free(predictor->backend);
}

CLEANUP_DEFINE(predictor, struct predictor, predictor_done)

/* Reads the weights of the checkpoint. Returns 0 or -1. */
static int weights_read(struct predictor *predictor,
                        struct checkpoint *checkpoint,
                        struct error *error)
{
    CLEAN_FREE struct checkpoint_tensor *tensors = memory_get(TENSORS_MOST, sizeof *tensors);
    size_t count = tensors_list(&predictor->state, tensors);

    return checkpoint_load(checkpoint, tensors, count, error);
}

static int predictor_open(struct predictor *predictor,
                          const struct predict_request *request,
                          struct error *error)
{
    const struct checkpoint_facts *facts = checkpoint_facts(request->checkpoint);
    struct dataset_form form;
    struct training_model spec;

    if (spec_read(facts->model, &spec, error) || model_init(&predictor->model, &spec, error))
        return error_prefix(error, "%s", checkpoint_path(request->checkpoint));
    form = (struct dataset_form){predictor->model.inputs, predictor->model.classes};
    if (backend_new("auto", &predictor->backend, error) ||
        network_init(&predictor->network, &predictor->model, predictor->backend, ROWS, error) ||
        state_init(&predictor->state, &predictor->model, OPTIMIZER_SGD, error) ||
        weights_read(predictor, request->checkpoint, error))
        return -1;
    return dataset_open(request->data, &form, &predictor->data, error) < 0 ? -1 : 0;
}

static void names_write(const struct predictor *predictor, bool probabilities, FILE *out)
{
    fputs("index,class", out);
    for (int64_t i = 0; probabilities && i < predictor->model.classes; i++)
        fprintf(out, ",probability_%lld", (long long)i);
    fputc('\n', out);
}

/* Passes samples first .. first + count - 1 through the model; the other rows keep what they had.
 * Returns 0 or -1. */
static int rows_pass(struct predictor *predictor,
                     int64_t first,
                     int64_t count,
                     int32_t classes[ROWS],
                     struct error *error)
{
    const struct backend *backend = predictor->backend;
    struct network *network = &predictor->network;
    int64_t size = predictor->data.sample_size;

    if (backend->table->from_bytes(backend,
                                   count * size,
                                   PIXEL,
                                   predictor->data.images + first * size,
                                   network->input,
                                   error) ||
        network_forward(network, predictor->state.parameters, error) ||
        network_classes(network, classes, error))
        return -1;
    return network_probabilities(network, error);
}

static void row_write(const struct predictor *predictor, int64_t row, bool probabilities, FILE *out)
{
    int64_t classes = predictor->model.classes;
    const float *values = (const float *)network_logits(&predictor->network) + row * classes;

    for (int64_t i = 0; probabilities && i < classes; i++)
        fprintf(out, ",%.9g", (double)values[i]);
    fputc('\n', out);
}

/* Predicts up to ROWS samples from `first` on and counts them. Returns 0 or -1. */
static int block_predict(struct predictor *predictor,
                         const struct predict_request *request,
                         FILE *out,
                         struct predict_summary *summary,
                         struct error *error)
{
    const uint8_t *labels = predictor->data.labels;
    int64_t first = summary->samples;
    int64_t left = predictor->data.count - first;
    int64_t count = left < ROWS ? left : ROWS;
    int32_t classes[ROWS];

    if (rows_pass(predictor, first, count, classes, error))
        return -1;
    for (int64_t row = 0; row < count; row++) {
        fprintf(out, "%" PRId64 ",%d", first + row, classes[row]);
        row_write(predictor, row, request->probabilities, out);
        summary->labelled += labels != NULL;
        summary->correct += labels && labels[first + row] == classes[row];
    }
    summary->samples += count;
    return 0;
}

int predict_run(const struct predict_request *request,
                FILE *out,
                struct predict_summary *summary,
                struct error *error)
{
    CLEAN(predictor) struct predictor predictor = {0};
    struct predict_summary counted = {0};

    if (predictor_open(&predictor, request, error))
        return -1;
    names_write(&predictor, request->probabilities, out);
    while (counted.samples < predictor.data.count) {
        if (block_predict(&predictor, request, out, &counted, error))
            return -1;
    }
    if (fflush(out) || ferror(out))
        return error_errno(error, "cannot write the predictions");
    *summary = counted;
    return 0;
}
