/* Prediction: classes in the order of the images, probabilities, accuracy, and what is refused. */
#include "trainer/infer/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "support/check.h"
#include "support/crew.h"
#include "support/tiny.h"
#include "trainer/data/digits_file.h"

static void skipped(void *context, const char *path, const char *reason)
{
    (void)context;
    CU_FAIL("a sound checkpoint was passed over");
    (void)path;
    (void)reason;
}

/* Trains the tiny model and opens its checkpoint. */
static struct checkpoint *trained(const struct training *training)
{
    static const struct log quiet = {LOG_LEVEL_ERROR, "test"};
    static const struct checkpoint_skip skip = {skipped, NULL};
    const char *directory = check_directory();
    struct fit_settings settings = {
        .training = training, .checkpoints = {.store = {directory, 1}}, .log = &quiet};
    struct stage_script script = {.ranks = 1};
    struct checkpoint *checkpoint = NULL;
    struct crew crew;

    crew_run(&crew, &script, &settings);
    CU_ASSERT(crew.outcomes[0] == 0);
    crew_done(&crew);
    CU_ASSERT(checkpoint_newest(directory, &skip, &checkpoint, NULL) == 0);
    return checkpoint;
}

/* Predicts into a text. Returns the outcome. */
static int predicted(const struct predict_request *request,
                     struct text *out,
                     struct predict_summary *summary,
                     struct error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&bytes, &size);
    int outcome = predict_run(request, memory, summary, error);

    CU_ASSERT(fclose(memory) == 0);
    text_add_bytes(out, bytes, size);
    free(bytes);
    return outcome;
}

static size_t lines(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void every_image_gets_its_class_in_order(void)
{
    struct training training = tiny_training();
    struct predict_request request = {.data = training.data.train};
    struct predict_summary summary = {0};
    CLEAN(text) struct text out = {0};
    const char *line;

    training.epochs = 60;
    request.checkpoint = trained(&training);
    CU_ASSERT(predicted(&request, &out, &summary, NULL) == 0);
    CU_ASSERT(summary.samples == TINY_SAMPLES && summary.labelled == TINY_SAMPLES);
    CU_ASSERT(summary.correct > TINY_SAMPLES * 9 / 10); /* it has seen them */
    CU_ASSERT(lines(out.data) == TINY_SAMPLES + 1);
    CU_ASSERT(strncmp(out.data, "index,class\n", 12) == 0);
    line = out.data;
    for (long i = 0; i < TINY_SAMPLES; i++) {
        char *end;

        line = strchr(line, '\n') + 1;
        CU_ASSERT(strtol(line, &end, 10) == i && *end == ',');
        CU_ASSERT(strtol(end + 1, &end, 10) <= 9 && *end == '\n');
    }
    checkpoint_free(request.checkpoint);
}

static void probabilities_add_up_to_one(void)
{
    struct training training = tiny_training();
    struct predict_request request = {.data = training.data.validation, .probabilities = true};
    struct predict_summary summary;
    CLEAN(text) struct text out = {0};
    char *at;

    request.checkpoint = trained(&training);
    CU_ASSERT(predicted(&request, &out, &summary, NULL) == 0);
    at = strchr(text_string(&out), '\n');
    CU_ASSERT(strstr(text_string(&out), ",probability_9\n") != NULL);
    for (int i = 0; at && i < 21; i++) {
        double sum = 0;

        at = strchr(strchr(at, ',') + 1, ','); /* behind index and class */
        for (int k = 0; k < 10; k++)
            sum += strtod(at + 1, &at);
        CU_ASSERT_DOUBLE_EQUAL(sum, 1, 1e-5);
        CU_ASSERT(*at == '\n');
    }
    checkpoint_free(request.checkpoint);
}

static void images_without_labels_are_predicted_too(void)
{
    struct training training = tiny_training();
    CLEAN(text) struct text prefix = {0};
    CLEAN(text) struct text labels = {0};
    CLEAN(text) struct text out = {0};
    struct predict_request request = {0};
    struct predict_summary summary = {0};

    text_addf(&prefix, "%s/some", check_directory());
    text_addf(&labels, "%s-labels-idx1-ubyte", prefix.data);
    CU_ASSERT(digits_write(&(struct digits_request){prefix.data, 70, 3, 1, false}, NULL) == 0);
    CU_ASSERT(file_remove_tree(labels.data, NULL) == 0);
    request.data = prefix.data;
    request.checkpoint = trained(&training);
    CU_ASSERT(predicted(&request, &out, &summary, NULL) == 0);
    CU_ASSERT(summary.samples == 70 && !summary.labelled && lines(text_string(&out)) == 71);
    checkpoint_free(request.checkpoint);
}

static void data_that_does_not_fit_and_a_full_file_are_refused(void)
{
    struct training training = tiny_training();
    struct predict_request request = {.data = "no/such", .checkpoint = trained(&training)};
    struct predict_summary summary;
    CLEAN(text) struct text out = {0};
    struct error error = {""};
    FILE *full = fopen("/dev/full", "w");

    CU_ASSERT(predicted(&request, &out, &summary, &error) == -1);
    CU_ASSERT(strstr(error.text, "no/such-images-idx3-ubyte: no such file") != NULL);
    request.data = training.data.train;
    CU_ASSERT(full != NULL);
    if (full) {
        CU_ASSERT(predict_run(&request, full, &summary, &error) == -1);
        CU_ASSERT(strstr(error.text, "cannot write the predictions") != NULL);
        fclose(full);
    }
    checkpoint_free(request.checkpoint);
}

SUITE("trainer infer predict",
      {"every image gets its class in order", every_image_gets_its_class_in_order},
      {"probabilities add up to one", probabilities_add_up_to_one},
      {"images without labels are predicted too", images_without_labels_are_predicted_too},
      {"data that does not fit and a full file are refused",
       data_that_does_not_fit_and_a_full_file_are_refused})
