/* play - runs the built programs as a user would. */
#include "play.h"

#include <CUnit/CUnit.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"

#define WORDS    40
#define PATIENCE CLOCK_SECONDS(120)
#define LIMIT    (16 << 20)

static void program_path(const char *name, struct text *path)
{
    const char *bin = getenv("MUSTER_BIN");

    text_addf(path, "%s/%s", bin ? bin : "build/release", name);
}

static void output_path(const char *directory, const char *name, struct text *path)
{
    text_addf(path, "%s/%s", directory, name);
}

static int output_open(const char *directory, const char *name)
{
    CLEAN(text) struct text path = {0};

    output_path(directory, name, &path);
    return open(path.data, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

int play_start(struct play *play, const char *directory, const char *name, const char *const *words)
{
    CLEAN(text) struct text path = {0};
    CLEAN_FREE char *program = NULL;
    const char *arguments[WORDS + 2];
    CLEAN_FD int out = output_open(directory, "stdout");
    CLEAN_FD int err = output_open(directory, "stderr");
    struct process_descriptor descriptors[] = {{out, 1}, {err, 2}};
    struct process_spec spec = {.arguments = arguments,
                                .directory = directory,
                                .descriptors = descriptors,
                                .descriptor_count = 2,
                                .death_signal = SIGKILL};
    struct error error = {""};
    size_t count = 0;
    pid_t process = -1;
    int pidfd = -1;

    *play = (struct play){.code = -1};
    program_path(name, &path);
    program = realpath(path.data, NULL);
    arguments[0] = program;
    while (words[count] && count < WORDS) {
        arguments[count + 1] = words[count];
        count++;
    }
    arguments[count + 1] = NULL;
    if (!program || process_start(&spec, &process, &pidfd, &error))
        CU_FAIL_FATAL("a program cannot be started; is MUSTER_BIN set?");
    close(pidfd);
    return process;
}

void play_until(const char *directory, const char *text)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text said = {0};
    int64_t begun = clock_now();

    output_path(directory, "stderr", &path);
    while (clock_now() - begun < PATIENCE && !strstr(text_string(&said), text)) {
        clock_sleep(CLOCK_MS(5));
        file_read(path.data, LIMIT, &said, NULL);
    }
    CU_ASSERT(strstr(text_string(&said), text) != NULL);
}

void play_wait(struct play *play, int process)
{
    int64_t begun = clock_now();
    int status = 0;
    pid_t ended = 0;

    while (clock_now() - begun < PATIENCE && !(ended = waitpid(process, &status, WNOHANG)))
        clock_sleep(CLOCK_MS(5));
    if (!ended) {
        kill(process, SIGKILL);
        waitpid(process, &status, 0);
    }
    play->seconds = clock_to_ms(clock_now() - begun) / 1000;
    play->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void play_run(struct play *play, const char *directory, const char *name, ...)
{
    CLEAN(text) struct text path = {0};
    const char *words[WORDS + 1];
    size_t count = 0;
    va_list list;

    va_start(list, name);
    while (count < WORDS && (words[count] = va_arg(list, const char *)))
        count++;
    va_end(list);
    words[count] = NULL;
    play_wait(play, play_start(play, directory, name, words));
    output_path(directory, "stdout", &path);
    file_read(path.data, LIMIT, &play->out, NULL);
    text_clear(&path);
    output_path(directory, "stderr", &path);
    file_read(path.data, LIMIT, &play->err, NULL);
}

void play_done(struct play *play)
{
    text_done(&play->out);
    text_done(&play->err);
}

bool play_said(const struct play *play, const char *text)
{
    if (strstr(text_string(&play->out), text) || strstr(text_string(&play->err), text))
        return true;
    printf("expected: %s\nexit code %d, standard output:\n%s\nstandard error:\n%s\n",
           text,
           play->code,
           text_string(&play->out),
           text_string(&play->err));
    return false;
}

static void digits_make(const char *directory, const char *prefix, int count, const char *seed)
{
    char number[16];
    struct play play;

    snprintf(number, sizeof number, "%d", count);
    play_run(&play,
             directory,
             "muster-trainer",
             "data",
             "digits",
             "--output",
             prefix,
             "--count",
             number,
             "--seed",
             seed,
             NULL);
    CU_ASSERT_FATAL(play.code == 0);
    play_done(&play);
}

void play_data(const char *directory, int train, int validation)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/data", directory);
    CU_ASSERT_FATAL(file_make_directories(path.data, NULL) == 0);
    digits_make(directory, "data/train", train, "1");
    digits_make(directory, "data/validation", validation, "2");
}

void play_job(const char *directory, int epochs)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text job = {0};

    text_addf(&path, "%s/job.yaml", directory);
    text_addf(&job,
              "apiVersion: muster.dev/v1alpha1\n"
              "kind: TrainingJob\n"
              "metadata: {name: small}\n"
              "spec:\n"
              "  replicas: 4\n"
              "  training:\n"
              "    model:\n"
              "      input: {shape: [784]}\n"
              "      layers:\n"
              "        - {type: dense, units: 48, activation: relu}\n"
              "        - {type: dense, units: 10, activation: softmax}\n"
              "    data: {train: data/train, validation: data/validation, format: idx}\n"
              "    loss: cross_entropy\n"
              "    optimizer: {type: adamw, learningRate: 0.001}\n"
              "    batch: {global: 64, micro: 16}\n"
              "    epochs: %d\n"
              "    seed: 3\n"
              "  checkpoint: {directory: checkpoints, everySeconds: 1}\n"
              "  recovery: {budgets: {rank: {count: 100}, pod: {count: 100}}}\n",
              epochs);
    CU_ASSERT_FATAL(file_write(path.data, job.data, job.size, NULL) == 0);
}

static cJSON *result_read(const char *directory)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};

    text_addf(&path, "%s/result.json", directory);
    if (file_read(path.data, LIMIT, &content, NULL))
        return NULL;
    return cJSON_Parse(text_string(&content));
}

double play_number(const char *directory, const char *key)
{
    cJSON *result = result_read(directory);
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(result, key);
    double number = cJSON_IsNumber(member) ? member->valuedouble : NAN;

    cJSON_Delete(result);
    return number;
}

void play_text(const char *directory, const char *key, char *out, size_t size)
{
    cJSON *result = result_read(directory);
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(result, key);

    snprintf(out, size, "%s", cJSON_IsString(member) ? member->valuestring : "");
    cJSON_Delete(result);
}

int play_repairs(const char *directory)
{
    cJSON *result = result_read(directory);
    int count = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(result, "repairs"));

    cJSON_Delete(result);
    return count;
}

int play_redone(const char *directory)
{
    cJSON *result = result_read(directory);
    const cJSON *repair;
    int redone = 0;

    cJSON_ArrayForEach(repair, cJSON_GetObjectItemCaseSensitive(result, "repairs")) redone +=
        cJSON_GetObjectItemCaseSensitive(repair, "stepsRedone")->valueint;
    cJSON_Delete(result);
    return redone;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

    return text ? text : "";
}

static double milliseconds_of(const cJSON *repair, const char *key)
{
    const cJSON *spans = cJSON_GetObjectItemCaseSensitive(repair, "milliseconds");
    const cJSON *span = cJSON_GetObjectItemCaseSensitive(spans, key);

    return cJSON_IsNumber(span) ? span->valuedouble : NAN;
}

bool play_repaired(const char *directory, const char *cause, const char *words)
{
    cJSON *result = result_read(directory);
    const cJSON *repair;
    bool found = false;

    cJSON_ArrayForEach(repair, cJSON_GetObjectItemCaseSensitive(result, "repairs"))
    {
        found |= !strcmp(text_of(repair, "cause"), cause) &&
                 strstr(text_of(repair, "text"), words) != NULL;
        printf("\n%s: seen after %.0f ms, a step after %.0f ms: %s",
               text_of(repair, "cause"),
               milliseconds_of(repair, "detect"),
               milliseconds_of(repair, "total"),
               text_of(repair, "text"));
    }
    cJSON_Delete(result);
    return found;
}

double play_repair_milliseconds(const char *directory, int repair)
{
    cJSON *result = result_read(directory);
    const cJSON *repairs = cJSON_GetObjectItemCaseSensitive(result, "repairs");
    double milliseconds = milliseconds_of(cJSON_GetArrayItem(repairs, repair), "total");

    cJSON_Delete(result);
    return milliseconds;
}

uint64_t play_weights(const char *directory)
{
    char text[64];

    play_text(directory, "weightsCrc32c", text, sizeof text);
    CU_ASSERT(text[0] != '\0');
    return strtoull(text, NULL, 16);
}
