/* tiny - a training small enough to be run hundreds of times by a test. */
#include "support/tiny.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/check.h"
#include "trainer/data/digits_file.h"

#define PATH 256

static char train_path[PATH];
static char validation_path[PATH];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void data_write(void)
{
    const char *directory = check_directory();

    snprintf(train_path, PATH, "%s/train", directory);
    snprintf(validation_path, PATH, "%s/validation", directory);
    if (digits_write(&(struct digits_request){train_path, TINY_SAMPLES, 1, 1, false}, NULL) ||
        digits_write(&(struct digits_request){validation_path, 21, 2, 1, false}, NULL))
        abort();
}

struct training tiny_training(void)
{
    pthread_once(&once, data_write);
    return (struct training){
        .model = {.shape = {28, 28},
                  .dimensions = 2,
                  .input_size = 784,
                  .layers = {{LAYER_DENSE, 9, ACTIVATION_RELU},
                             {LAYER_DENSE, 10, ACTIVATION_SOFTMAX}},
                  .layer_count = 2},
        .data = {.train = train_path, .validation = validation_path},
        .optimizer = {.type = OPTIMIZER_ADAMW,
                      .learning_rate = 0.01,
                      .momentum = 0.9,
                      .beta1 = 0.9,
                      .beta2 = 0.999,
                      .epsilon = 1e-8,
                      .weight_decay = 0.01},
        .schedule = {.type = SCHEDULE_COSINE, .warmup_steps = 2},
        .batch = {.global = TINY_GLOBAL, .micro = TINY_MICRO},
        .epochs = 2,
        .validation = EVERY_EPOCH,
        .seed = 7,
    };
}
