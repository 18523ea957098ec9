/* Runs that cannot begin: each says why and leaves nothing open. */
#include "cli/local/runner.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "job/load.h"
#include "support/check.h"
#include "support/fault.h"

#define MANIFEST                                                                                   \
    "{apiVersion: muster.dev/v1alpha1, kind: TrainingJob, metadata: {name: digits}, spec: {"       \
    "task: Train, replicas: 2, training: {model: {input: {shape: [784]}, layers: ["                \
    "{type: dense, units: 10, activation: softmax}]}, data: {train: data/train, format: idx}, "    \
    "loss: cross_entropy, optimizer: {type: adamw, learningRate: 0.001}, "                         \
    "batch: {global: 128, micro: 32}, epochs: 5}}}\n"

static void job_make(struct job *job)
{
    const struct load_source source = {
        .name = "job.yaml", .bytes = MANIFEST, .size = strlen(MANIFEST)};
    CLEAN(text) struct text report = {0};

    CU_ASSERT_FATAL(load_job(&source, job, &report) == 0);
}

/* Runs a job whose agent is not there with its directory at `listen`, with the k-th system call
 * failing; 0 = none. Returns whether one failed. */
static int run_at(
    const char *listen, const struct job *job, const char *work, int k, struct error *error)
{
    struct faults faults = {.count = 0};
    const struct runner_settings settings = {.job = job,
                                             .work = work,
                                             .agent = "/no/such/agent",
                                             .trainer = "/no/such/trainer",
                                             .listen = listen,
                                             .log_level = "info",
                                             .quiet = true,
                                             .faults = &faults};
    enum runner_outcome outcome = RUNNER_STOPPED;
    CLEAN(text) struct text result = {0};
    sigset_t before;
    int failed;
    int returned;

    sigprocmask(SIG_SETMASK, NULL, &before);
    if (k)
        fault_arm(FAULT_SYSTEM, k);
    returned = runner_run(&settings, &outcome, &result, error);
    failed = fault_disarm();
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
    CU_ASSERT(returned == -1 && error->text[0]);
    CU_ASSERT(outcome == RUNNER_STOPPED && !result.data);
    return failed;
}

static int run(const struct job *job, const char *work, int k, struct error *error)
{
    return run_at("127.0.0.1:0", job, work, k, error);
}

static void a_missing_agent_is_named(void)
{
    CLEAN(job) struct job job = {0};
    struct error error = {""};

    job_make(&job);
    run(&job, check_directory(), 0, &error);
    CHECK_HAS(error.text, "/no/such/agent");
}

static void an_address_that_is_not_here_is_named(void)
{
    CLEAN(job) struct job job = {0};
    struct error error = {""};

    job_make(&job);
    run_at("192.0.2.1:0", &job, check_directory(), 0, &error);
    CHECK_HAS(error.text, "192.0.2.1:0");
}

static void a_failing_call_leaves_nothing_open(void)
{
    CLEAN(job) struct job job = {0};
    const char *work = check_directory();
    struct error error;
    int descriptors;
    int failures = 0;

    job_make(&job);
    run(&job, work, 0, &error); /* what gRPC opens once stays */
    descriptors = check_descriptors();
    for (int k = 1; error.text[0] = '\0', run(&job, work, k, &error); k++) {
        failures++;
        CU_ASSERT(check_descriptors() == descriptors);
        CU_ASSERT(fcntl(0, F_GETFD) >= 0);
    }
    CU_ASSERT(failures > 10);
}

SUITE("cli runner",
      {"a missing agent is named", a_missing_agent_is_named},
      {"an address that is not here is named", an_address_that_is_not_here_is_named},
      {"a failing call leaves nothing open", a_failing_call_leaves_nothing_open})
