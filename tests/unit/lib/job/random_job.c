/* random_job - valid jobs and training sections made by chance. */
#include "random_job.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/random.h"
#include "job/sizes.h"

static int64_t random_whole(uint64_t *random, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(random, (uint64_t)(high - low) + 1);
}

static double random_number(uint64_t *random, double low, double high)
{
    return low + (high - low) * ((double)random_next(random) / 18446744073709551616.0);
}

/* A text of 1 to `most` bytes: letters, signs that JSON and YAML treat specially, and UTF-8. */
static char *random_text(uint64_t *random, size_t most)
{
    static const char *const pieces[] = {"a",
                                         "Z",
                                         "9",
                                         "/",
                                         ".",
                                         "-",
                                         "\"",
                                         "'",
                                         "\\",
                                         "#",
                                         ":",
                                         " ",
                                         "{",
                                         "]",
                                         "&",
                                         "\xc3\xa4",
                                         "\xf0\x9f\x98\x80"};
    size_t wanted = (size_t)random_whole(random, 1, (int64_t)most);
    struct text text = {0};

    text_add(&text, "d");
    for (;;) {
        const char *piece = pieces[random_below(random, sizeof pieces / sizeof *pieces)];

        if (text.size + strlen(piece) > wanted)
            return text.data;
        text_add(&text, piece);
    }
}

static void random_model(uint64_t *random, struct training_model *model)
{
    model->dimensions = (size_t)random_whole(random, 1, TRAINING_SHAPE);
    model->input_size = 1;
    for (size_t i = 0; i < model->dimensions; i++) {
        model->shape[i] = random_whole(random, 1, 28);
        model->input_size *= model->shape[i];
    }
    model->layer_count = (size_t)random_whole(random, 1, random_whole(random, 1, TRAINING_LAYERS));
    for (size_t i = 0; i < model->layer_count; i++) {
        model->layers[i].units = random_whole(random, 2, 500);
        model->layers[i].activation =
            (enum training_activation)random_whole(random, ACTIVATION_NONE, ACTIVATION_SIGMOID);
    }
    model->layers[model->layer_count - 1].activation = ACTIVATION_SOFTMAX;
}

static void random_optimizer(uint64_t *random, struct training_optimizer *optimizer)
{
    optimizer->type =
        (enum training_optimizer_type)random_whole(random, OPTIMIZER_SGD, OPTIMIZER_ADAMW);
    optimizer->learning_rate = random_number(random, 1e-9, 1);
    optimizer->weight_decay = random_below(random, 2) ? 0 : random_number(random, 0, 1);
    if (optimizer->type == OPTIMIZER_MOMENTUM)
        optimizer->momentum = random_number(random, 0, 0.99);
    if (optimizer->type != OPTIMIZER_ADAMW)
        return;
    optimizer->beta1 = random_number(random, 0, 0.99);
    optimizer->beta2 = random_number(random, 0, 0.999);
    optimizer->epsilon = random_number(random, 1e-12, 1e-3);
}

static void random_schedule(uint64_t *random, struct training_schedule *schedule)
{
    schedule->type =
        (enum training_schedule_type)random_whole(random, SCHEDULE_CONSTANT, SCHEDULE_COSINE);
    schedule->warmup_steps = random_whole(random, 0, 99);
    if (schedule->type == SCHEDULE_STEP) {
        schedule->every_steps = random_whole(random, 1, 1000000000);
        schedule->factor = random_number(random, 1e-6, 1);
    }
    if (schedule->type == SCHEDULE_LINEAR || schedule->type == SCHEDULE_COSINE)
        schedule->final_ratio = random_number(random, 0, 1);
}

void random_training(uint64_t *random, struct training *training)
{
    random_model(random, &training->model);
    training->data.train = random_text(random, 1024);
    if (random_below(random, 2)) {
        training->data.validation = random_text(random, 60);
        training->validation = random_below(random, 2) ? EVERY_EPOCH : EVERY_NEVER;
    }
    random_optimizer(random, &training->optimizer);
    random_schedule(random, &training->schedule);
    training->batch.micro = random_whole(random, 1, 1024);
    training->batch.global = training->batch.micro * random_whole(random, 1, 1024);
    *(random_below(random, 2) ? &training->epochs : &training->steps) =
        random_whole(random, 100, 100000);
    training->seed = random_whole(random, 0, 9007199254740991);
}

/* Of a native job, whose trainer may have an image and has no command; else of a foreign one. */
static char *random_template(uint64_t *random, bool native)
{
    CLEAN_FREE char *note = random_text(random, 60);
    struct text text = {0};

    text_add(&text, "{\"metadata\":{\"labels\":{\"team\":\"a.b\"},\"annotations\":{\"note\":");
    json_add_text(&text, note);
    text_add(&text, "}},\"spec\":{\"containers\":[{\"name\":\"trainer\"");
    if (!native || random_below(random, 2))
        text_add(&text, ",\"image\":\"registry/torch:2\"");
    if (!native)
        text_add(&text, ",\"command\":[\"python3\",\"train.py\"]");
    text_addf(&text, "}],\"priority\":%d}}", (int)random_below(random, 100));
    return text.data;
}

/* One replica is allowed with any batch. */
static void random_elastic(uint64_t *random, struct job *job)
{
    struct job_elastic *elastic = &job->elastic;

    job->is_elastic = random_below(random, 2);
    if (!job->is_elastic)
        return;
    elastic->min_replicas = random_below(random, 2) ? 1 : job->replicas;
    elastic->size_count = (size_t)random_below(random, 3);
    for (size_t i = 0; i < elastic->size_count; i++)
        elastic->sizes[i] = random_below(random, 2) ? elastic->min_replicas : job->replicas;
}

void random_job(uint64_t *random, struct job *job)
{
    int64_t sizes[SIZES_NEAR] = {1};

    job->name = memory_text("digits-0");
    job->namespace = random_below(random, 2) ? memory_text("lab") : NULL;
    job->native = random_below(random, 4) != 0;
    if (job->native) {
        random_training(random, &job->training);
        (void)sizes_near(&job->training.batch, random_whole(random, 1, 1024), sizes);
    }
    if (!job->native && random_below(random, 2))
        job->interface = INTERFACE_LINK;
    if (!job->native || random_below(random, 2))
        job->template = random_template(random, job->native);
    job->replicas = sizes[0];
    job->spares = random_whole(random, 0, JOB_REPLICAS - job->replicas);
    job->ranks_per_replica = 1;
    random_elastic(random, job);
    if (random_below(random, 2)) {
        job->checkpoint.directory = random_text(random, 1024);
        job->checkpoint.every_seconds = random_whole(random, 1, 86400);
        job->checkpoint.keep_last = random_whole(random, 1, 1000);
    }
    job->recovery.rank.count = random_whole(random, 0, 1000);
    job->recovery.rank.window_seconds = random_whole(random, 1, 2592000);
    job->recovery.pod.count = random_whole(random, 0, 1000);
    job->recovery.pod.window_seconds = random_whole(random, 1, 2592000);
    job->recovery.replace_seconds = random_whole(random, 1, 86400);
    job->recovery.rule_count = (size_t)random_below(random, JOB_RULES + 1);
    for (size_t i = 0; i < job->recovery.rule_count; i++) {
        struct job_rule *rule = &job->recovery.rules[i];

        rule->exit_code_count = 1 + (size_t)random_below(random, JOB_CODES);
        for (size_t j = 0; j < rule->exit_code_count; j++) {
            rule->exit_codes[j] = random_whole(random, 1, JOB_CODE);
            job->recovery.final_codes[rule->exit_codes[j] / 8] |=
                (unsigned char)(1u << rule->exit_codes[j] % 8);
        }
    }
    job->start_seconds = random_whole(random, 1, 86400);
}
