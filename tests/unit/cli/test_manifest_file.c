/* A manifest from a file or standard input: the job, or everything wrong on standard error. */
#include "cli/manifest_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/command.h"
#include "support/check.h"

#define MANIFEST                                                                                   \
    "apiVersion: muster.dev/v1alpha1\n"                                                            \
    "kind: TrainingJob\n"                                                                          \
    "metadata: {name: digits}\n"                                                                   \
    "spec:\n"                                                                                      \
    "  task: Train\n"                                                                              \
    "  replicas: 4\n"                                                                              \
    "  training:\n"                                                                                \
    "    model: {input: {shape: [784]}, layers: [{type: dense, units: 10, activation: "            \
    "softmax}]}\n"                                                                                 \
    "    data: {train: data/train, format: idx}\n"                                                 \
    "    loss: cross_entropy\n"                                                                    \
    "    optimizer: {type: adamw, learningRate: 0.001}\n"                                          \
    "    batch: {global: 128, micro: 32}\n"                                                        \
    "    epochs: 5\n"

/* One reading, with what it writes to standard error. */
struct reading {
    const char *path;
    struct option_list sets;
    struct job job;
    struct text errors;
    int outcome;
};

static void load(void *context)
{
    struct reading *reading = context;

    reading->outcome = manifest_file_load(reading->path, &reading->sets, &reading->job);
}

static void read_from(struct reading *reading, const char *path)
{
    reading->path = path;
    check_captured(2, load, reading, &reading->errors);
}

static void reading_done(struct reading *reading)
{
    job_done(&reading->job);
    text_done(&reading->errors);
}

/* Writes `content` to a file that stays until the end of the program. */
static void written(char path[512], const char *content, size_t size)
{
    snprintf(path, 512, "%s/job.yaml", check_directory());
    CU_ASSERT_FATAL(file_write(path, content, size, NULL) == 0);
}

static void a_file_is_a_job_with_what_was_set(void)
{
    struct reading reading = {.sets = {.items = {"spec.replicas=2"}, .count = 1}};
    char path[512];

    written(path, MANIFEST, strlen(MANIFEST));
    read_from(&reading, path);
    CU_ASSERT(reading.outcome == 0);
    CHECK_TEXT(text_string(&reading.errors), "");
    CU_ASSERT_FATAL(reading.job.name != NULL);
    CHECK_TEXT(reading.job.name, "digits");
    CU_ASSERT(reading.job.replicas == 2);
    reading_done(&reading);
}

static void a_dash_is_standard_input(void)
{
    struct reading reading = {.path = "-"};
    struct reading broken = {.path = "-"};
    int kept = dup(0);
    char path[512];

    written(path, MANIFEST, strlen(MANIFEST));
    close(0);
    CU_ASSERT_FATAL(open(path, O_RDONLY) == 0);
    read_from(&reading, "-");
    CU_ASSERT(reading.outcome == 0);
    CHECK_TEXT(text_string(&reading.errors), "");
    CU_ASSERT(reading.job.replicas == 4);
    close(0);
    CU_ASSERT_FATAL(open("/dev/null", O_RDONLY) == 0);
    read_from(&broken, "-");
    CU_ASSERT(broken.outcome == COMMAND_USAGE);
    CHECK_HAS(text_string(&broken.errors), "standard input");
    CU_ASSERT(kept >= 0 && dup2(kept, 0) == 0);
    close(kept);
    reading_done(&reading);
    reading_done(&broken);
}

static void everything_wrong_is_told_with_its_line(void)
{
    struct reading reading = {.sets = {.items = {"spec.training.epochs=0"}, .count = 1}};
    char *bytes = check_replaced(MANIFEST, "replicas: 4", "replicas: none");
    char path[512];

    written(path, bytes, strlen(bytes));
    read_from(&reading, path);
    CU_ASSERT(reading.outcome == COMMAND_USAGE);
    CHECK_HAS(text_string(&reading.errors), "job.yaml:6: spec.replicas");
    CHECK_HAS(text_string(&reading.errors), "spec.training.epochs");
    CU_ASSERT(reading.job.name == NULL);
    reading_done(&reading);
    free(bytes);
}

static void what_cannot_be_read_is_named(void)
{
    static char large[(1 << 20) + 1];
    struct reading missing = {.outcome = 0};
    struct reading directory = {.outcome = 0};
    struct reading reading = {.outcome = 0};
    char path[512];

    read_from(&missing, "no/such/file.yaml");
    CU_ASSERT(missing.outcome == COMMAND_USAGE);
    CHECK_TEXT(text_string(&missing.errors), "muster: no/such/file.yaml: no such file\n");
    read_from(&directory, "/");
    CU_ASSERT(directory.outcome == COMMAND_USAGE);
    CHECK_HAS(text_string(&directory.errors), "muster: cannot read /: Is a directory");
    memset(large, '#', sizeof large);
    written(path, large, sizeof large);
    read_from(&reading, path);
    CU_ASSERT(reading.outcome == COMMAND_USAGE);
    CHECK_HAS(text_string(&reading.errors), "is larger than the 1048576 bytes allowed");
    reading_done(&missing);
    reading_done(&directory);
    reading_done(&reading);
}

SUITE("cli manifest file",
      {"a file is a job with what was set", a_file_is_a_job_with_what_was_set},
      {"a dash is standard input", a_dash_is_standard_input},
      {"everything wrong is told with its line", everything_wrong_is_told_with_its_line},
      {"what cannot be read is named", what_cannot_be_read_is_named})
