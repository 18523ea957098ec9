/* validate - the rules that concern several keys at once. */
#include "job/validate.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "job/job.h"
#include "job/sizes.h"
#include "job/training.h"

struct rules {
    const char *path;
    struct problems *problems;
};

/* Adds the path of a place below the section. */
static void place_print(const struct rules *rules, const char *place, struct text *out)
{
    text_addf(out, "%s%s%s", rules->path, *rules->path ? "." : "", place);
}

static void broken(const struct rules *rules, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void broken(const struct rules *rules, const char *place, const char *format, ...)
{
    CLEAN(text) struct text path = {0};
    va_list arguments;

    place_print(rules, place, &path);
    va_start(arguments, format);
    problems_vadd(rules->problems, path.data, format, arguments);
    va_end(arguments);
}

/* Whether decoding found nothing wrong at a place. */
static bool sound(const struct rules *rules, const char *place)
{
    CLEAN(text) struct text path = {0};

    place_print(rules, place, &path);
    return !problems_within(rules->problems, path.data);
}

static void check_activations(const struct rules *rules, const struct training_model *model)
{
    const struct training_layer *last = &model->layers[model->layer_count - 1];
    char place[64];

    for (size_t i = 0; i + 1 < model->layer_count; i++) {
        if (model->layers[i].activation != ACTIVATION_SOFTMAX)
            continue;
        snprintf(place, sizeof place, "model.layers[%zu].activation", i);
        broken(rules, place, "softmax is for the last layer only");
    }
    if (last->activation != ACTIVATION_SOFTMAX) {
        snprintf(place, sizeof place, "model.layers[%zu].activation", model->layer_count - 1);
        broken(rules, place, "must be softmax on the last layer: loss cross_entropy needs it");
    }
    if (last->activation == ACTIVATION_SOFTMAX && last->units < 2) {
        snprintf(place, sizeof place, "model.layers[%zu].units", model->layer_count - 1);
        broken(rules, place, "must be at least 2: softmax of one unit is always 1");
    }
}

static void check_model(const struct rules *rules, const struct training_model *model)
{
    if (!model->layer_count || !sound(rules, "model"))
        return;
    check_activations(rules, model);
    if (model->input_size > TRAINING_INPUT)
        broken(rules,
               "model.input.shape",
               "makes samples of more than the %d numbers allowed",
               TRAINING_INPUT);
    else if (training_parameters(model) > TRAINING_PARAMETERS)
        broken(rules,
               "model",
               "has %" PRId64 " parameters, allowed are %d",
               training_parameters(model),
               TRAINING_PARAMETERS);
}

static void check_batch(const struct rules *rules, const struct training_batch *batch)
{
    if (!batch->micro || !sound(rules, "batch"))
        return;
    if (batch->global % batch->micro)
        broken(rules,
               "batch.micro",
               "must divide batch.global, but %" PRId64 " is no multiple of %" PRId64,
               batch->global,
               batch->micro);
}

static void check_validation(const struct rules *rules, const struct training *training)
{
    if (training->validation == EVERY_EPOCH && !training->data.validation && sound(rules, "data"))
        broken(rules, "validation.every", "is epoch, but data.validation is not given");
}

static void check_schedule(const struct rules *rules, const struct training *training)
{
    if (training->steps && training->schedule.warmup_steps >= training->steps)
        broken(rules,
               "schedule.warmupSteps",
               "must be below steps, which is %" PRId64,
               training->steps);
}

void validate_model(const struct training_model *model, const char *path, struct problems *problems)
{
    struct rules rules = {.path = path, .problems = problems};

    check_model(&rules, model);
}

void validate_training(const struct training *training, const char *path, struct problems *problems)
{
    struct rules rules = {.path = path, .problems = problems};

    check_model(&rules, &training->model);
    check_batch(&rules, &training->batch);
    check_validation(&rules, training);
    check_schedule(&rules, training);
}

/* Whether the training of a native job can be shared by so many ranks, as far as that is known. */
static void check_legal(const struct rules *rules,
                        const struct job *job,
                        const char *place,
                        int64_t replicas)
{
    const struct training_batch *batch = &job->training.batch;
    int64_t world = replicas * job->ranks_per_replica;
    CLEAN(text) struct text near = {0};
    int64_t sizes[SIZES_NEAR];
    size_t count;

    if (!job->native || !batch->micro || !sound(rules, "spec.training.batch") ||
        sizes_legal(batch, world))
        return;
    count = sizes_near(batch, world, sizes);
    for (size_t i = 0; i < count; i++)
        text_addf(&near, "%s%" PRId64, i ? ", " : "", sizes[i]);
    broken(rules,
           place,
           "makes a world of %" PRId64 " ranks, which does not divide the %" PRId64
           " micro-batches of a step; near it are %s",
           world,
           batch->global / batch->micro,
           near.data);
}

static void check_world(const struct rules *rules, const struct job *job)
{
    int64_t world = job_world(job);

    if (!sound(rules, "spec.replicas") || !sound(rules, "spec.ranksPerReplica"))
        return;
    if (world > SIZES_WORLD)
        broken(rules,
               "spec.replicas",
               "makes a world of %" PRId64 " ranks, allowed are %d",
               world,
               SIZES_WORLD);
    else
        check_legal(rules, job, "spec.replicas", job->replicas);
}

static void check_size(const struct rules *rules, const struct job *job, size_t index)
{
    const struct job_elastic *elastic = &job->elastic;
    int64_t size = elastic->sizes[index];
    char place[64];

    snprintf(place, sizeof place, "spec.elastic.sizes[%zu]", index);
    if (size < elastic->min_replicas || size > job->replicas)
        broken(rules,
               place,
               "must be from spec.elastic.minReplicas to spec.replicas, which is %" PRId64
               " to %" PRId64,
               elastic->min_replicas,
               job->replicas);
    else
        check_legal(rules, job, place, size);
}

static void check_elastic(const struct rules *rules, const struct job *job)
{
    const struct job_elastic *elastic = &job->elastic;

    if (!job->is_elastic || !sound(rules, "spec.replicas") ||
        !sound(rules, "spec.ranksPerReplica") || !sound(rules, "spec.elastic"))
        return;
    if (elastic->min_replicas > job->replicas) {
        broken(rules,
               "spec.elastic.minReplicas",
               "must be at most spec.replicas, which is %" PRId64,
               job->replicas);
        return;
    }
    check_legal(rules, job, "spec.elastic.minReplicas", elastic->min_replicas);
    for (size_t i = 0; i < elastic->size_count; i++)
        check_size(rules, job, i);
}

static void check_spares(const struct rules *rules, const struct job *job)
{
    if (sound(rules, "spec.replicas") && sound(rules, "spec.spares") &&
        job->replicas + job->spares > JOB_REPLICAS)
        broken(rules,
               "spec.spares",
               "makes %" PRId64 " pods with spec.replicas, allowed are %d",
               job->replicas + job->spares,
               JOB_REPLICAS);
}

void validate_job(const struct job *job, struct problems *problems)
{
    struct rules rules = {.path = "", .problems = problems};

    if (job->native)
        validate_training(&job->training, "spec.training", problems);
    else if (!job->template && sound(&rules, "spec"))
        broken(&rules, "spec", "must have training, which Muster trains itself, or a template");
    if (job->native && job->interface == INTERFACE_LINK)
        broken(&rules, "spec.interface", "may not be Link with training: it is for other trainers");
    check_world(&rules, job);
    check_spares(&rules, job);
    check_elastic(&rules, job);
}
