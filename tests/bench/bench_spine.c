/* bench_spine - what a repair takes on one machine, and what the agents cost.
 *
 * Runs the reference job (examples/digits.yaml, four ranks) with faults at steps, reads the
 * timelines of the repairs from its result; looks at the memory of agents and keepers while it
 * trains; and compares the training speed with every agent running and with every agent stopped, in
 * windows of one run that take turns. Prints a table and writes JSON. */
#include <cjson/cJSON.h>
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/options.h"
#include "base/process.h"
#include "quantile.h"
#include "wire/link.h"

#define RUNS_MOST  200
#define WORDS      48
#define LIMIT      (16 << 20)
#define SLOTS      4  /* of the job */
#define STEPS_EACH 40 /* between two faults */
#define KIB        1024.0

struct series {
    double values[RUNS_MOST];
    size_t count;
};

struct bench {
    const char *bin;
    const char *work;
    const char *job;
    int64_t runs;
    int64_t pairs;
    cJSON *rows;
};

static void die(const char *what)
{
    fprintf(stderr, "bench-spine: %s\n", what);
    exit(1);
}

static void row_add(struct bench *bench,
                    const char *metric,
                    const char *unit,
                    struct series *series)
{
    cJSON *row = cJSON_CreateObject();
    double median = quantile(series->values, series->count, 0.5);
    double p99 = quantile(series->values, series->count, 0.99);

    cJSON_AddStringToObject(row, "metric", metric);
    cJSON_AddNumberToObject(row, "value", median);
    cJSON_AddStringToObject(row, "unit", unit);
    cJSON_AddNumberToObject(row, "runs", (double)series->count);
    cJSON_AddNumberToObject(row, "median", median);
    cJSON_AddNumberToObject(row, "p99", p99);
    cJSON_AddNullToObject(row, "peer");
    cJSON_AddNullToObject(row, "peerValue");
    cJSON_AddNullToObject(row, "ratio");
    cJSON_AddItemToArray(bench->rows, row);
    printf("%-58s %5zu  %10.4g  %10.4g  %s\n", metric, series->count, median, p99, unit);
    fflush(stdout);
}

/* Processes. */

static pid_t start(const struct bench *bench, const char *program, const char *const *words)
{
    CLEAN(text) struct text path = {0};
    const char *arguments[WORDS + 2];
    CLEAN_FD int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct process_descriptor descriptors[] = {{null, 1}, {null, 2}};
    struct process_spec spec = {.arguments = arguments,
                                .directory = bench->work,
                                .descriptors = descriptors,
                                .descriptor_count = 2,
                                .death_signal = SIGKILL};
    struct error error = {""};
    size_t count = 0;
    pid_t process;
    int pidfd;

    text_addf(&path, "%s/%s", bench->bin, program);
    arguments[0] = path.data;
    for (; words[count] && count < WORDS; count++)
        arguments[count + 1] = words[count];
    arguments[count + 1] = NULL;
    if (process_start(&spec, &process, &pidfd, &error))
        die(error.text);
    close(pidfd);
    return process;
}

static int finish(pid_t process)
{
    int status;

    waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The children of a process. */
static size_t children(pid_t parent, pid_t *list, size_t most)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    size_t count = 0;
    int64_t child;

    text_addf(&path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    if (file_read(path.data, LIMIT, &content, NULL) || !content.size)
        return 0;
    for (char *next = strtok(content.data, " "); next && count < most; next = strtok(NULL, " ")) {
        if (text_integer(next, 1, INT32_MAX, &child) == 0)
            list[count++] = (pid_t)child;
    }
    return count;
}

static bool is_rank(pid_t process)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text name = {0};

    text_addf(&path, "/proc/%ld/comm", (long)process);
    return file_read(path.data, LIMIT, &name, NULL) == 0 &&
           !strncmp(text_string(&name), "muster-trainer", 14);
}

static double memory_of(pid_t process)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    const char *line;

    text_addf(&path, "/proc/%ld/status", (long)process);
    if (file_read(path.data, LIMIT, &content, NULL) ||
        !(line = strstr(text_string(&content), "VmRSS:")))
        return 0;
    return strtod(line + 6, NULL) / KIB;
}

/* A run of the job. */

static pid_t run_job(const struct bench *bench, const char *faults, int64_t steps)
{
    char step_words[64];
    char directory[64];
    static int count;
    const char *const words[] = {"run",         bench->job,
                                 "--set",       "spec.training.epochs=null",
                                 "--set",       step_words,
                                 "--set",       directory,
                                 "--set",       "spec.training.validation.every=never",
                                 "--set",       "spec.recovery.budgets.rank.count=1000",
                                 "--set",       "spec.recovery.budgets.pod.count=1000",
                                 "--quiet",     "--result",
                                 "result.json", faults ? "--faults" : NULL,
                                 faults,        NULL};

    snprintf(step_words, sizeof step_words, "spec.training.steps=%lld", (long long)steps);
    snprintf(directory, sizeof directory, "spec.checkpoint.directory=checkpoints-%d", ++count);
    return start(bench, "muster", words);
}

/* Adds the totals of the repairs in the result to `totals`. */
static void totals_read(const struct bench *bench, struct series *totals)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    cJSON *result;
    const cJSON *repair;

    text_addf(&path, "%s/result.json", bench->work);
    if (file_read(path.data, LIMIT, &content, NULL))
        die("the run left no result");
    result = cJSON_Parse(text_string(&content));
    cJSON_ArrayForEach(repair, cJSON_GetObjectItemCaseSensitive(result, "repairs"))
    {
        const cJSON *spans = cJSON_GetObjectItemCaseSensitive(repair, "milliseconds");
        const cJSON *total = cJSON_GetObjectItemCaseSensitive(spans, "total");

        if (cJSON_IsNumber(total) && totals->count < RUNS_MOST)
            totals->values[totals->count++] = total->valuedouble;
    }
    cJSON_Delete(result);
}

/* Runs with a fault of that kind in each slot, one every STEPS_EACH steps. An agent that dies again
 * and again is started later each time, so each run is a job of its own. */
static void repairs_measure(struct bench *bench, const char *kind, const char *metric)
{
    struct series totals = {.count = 0};

    while ((int64_t)totals.count < bench->runs) {
        CLEAN(text) struct text faults = {0};
        size_t before = totals.count;

        for (int slot = 0; slot < SLOTS; slot++)
            text_addf(
                &faults, "%s%s:%d@step=%d", slot ? "," : "", kind, slot, (slot + 1) * STEPS_EACH);
        if (finish(run_job(bench, faults.data, (int64_t)(SLOTS + 2) * STEPS_EACH)))
            die("a run with faults failed");
        totals_read(bench, &totals);
        if (totals.count < before + SLOTS)
            die("not every fault was repaired by itself");
    }
    row_add(bench, metric, "ms", &totals);
}

/* What a running job consists of. */
struct family {
    pid_t keepers[8];
    size_t keeper_count;
    pid_t agents[8];
    size_t agent_count;
    pid_t ranks[8];
    size_t rank_count;
};

static void family_find(pid_t muster, struct family *family)
{
    pid_t list[64];

    *family = (struct family){.rank_count = 0};
    family->keeper_count = children(muster, family->keepers, 8);
    for (size_t i = 0; i < family->keeper_count; i++) {
        size_t count = children(family->keepers[i], list, 64);

        for (size_t child = 0; child < count; child++) {
            if (is_rank(list[child]) && family->rank_count < 8)
                family->ranks[family->rank_count++] = list[child];
            else if (family->agent_count < 8)
                family->agents[family->agent_count++] = list[child];
        }
    }
}

static void signal_all(pid_t muster, const struct family *family, int number)
{
    kill(muster, number);
    for (size_t i = 0; i < family->keeper_count; i++)
        kill(family->keepers[i], number);
    for (size_t i = 0; i < family->agent_count; i++)
        kill(family->agents[i], number);
}

/* The progress page of a keeper's rank: the keeper holds the memory, by its name. */
static const struct link_page *page_of(pid_t keeper)
{
    for (int number = 3; number < 64; number++) {
        CLEAN(text) struct text path = {0};
        CLEAN_FD int descriptor = -1;
        char name[64] = "";
        void *page;

        text_addf(&path, "/proc/%ld/fd/%d", (long)keeper, number);
        if (readlink(path.data, name, sizeof name - 1) < 0 || !strstr(name, "memfd:muster-page"))
            continue;
        descriptor = open(path.data, O_RDONLY | O_CLOEXEC);
        page = mmap(NULL, LINK_PAGE, PROT_READ, MAP_SHARED, descriptor, 0);
        if (page != MAP_FAILED)
            return page;
    }
    die("the progress page of a rank cannot be read");
    return NULL;
}

/* Steps a second of the next `nanoseconds`. */
static double speed(const struct link_page *page, int64_t nanoseconds)
{
    int64_t steps = atomic_load(&page->committed);
    int64_t begun = clock_now();

    clock_sleep(nanoseconds);
    return (double)(atomic_load(&page->committed) - steps) /
           (clock_to_ms(clock_now() - begun) / 1000);
}

/* Seconds of processor time that processes have taken. */
static double busy(const pid_t *processes, size_t count)
{
    double seconds = 0;
    struct timespec spent;
    clockid_t clock;

    for (size_t i = 0; i < count; i++) {
        if (!clock_getcpuclockid(processes[i], &clock) && !clock_gettime(clock, &spent))
            seconds += (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
    }
    return seconds;
}

/* The share of the processor time of a job that its ranks get, in windows of one second. */
static void share_measure(struct bench *bench, pid_t muster, const struct family *family)
{
    struct series shares = {.count = 0};

    for (int64_t i = 0; i < bench->pairs && shares.count < RUNS_MOST; i++) {
        double ranks = busy(family->ranks, family->rank_count);
        double others = busy(family->agents, family->agent_count) +
                        busy(family->keepers, family->keeper_count) + busy(&muster, 1);

        clock_sleep(CLOCK_SECONDS(1));
        ranks = busy(family->ranks, family->rank_count) - ranks;
        others = busy(family->agents, family->agent_count) +
                 busy(family->keepers, family->keeper_count) + busy(&muster, 1) - others;
        shares.values[shares.count++] = ranks / (ranks + others);
    }
    row_add(bench, "processor time of the ranks / of all processes of a job", "ratio", &shares);
}

static void cost_measure(struct bench *bench)
{
    struct series ratios = {.count = 0};
    struct series memory = {.count = 0};
    struct family family = {.rank_count = 0};
    const struct link_page *page;
    pid_t muster = run_job(bench, NULL, 1000000);

    for (int tries = 0; tries < 200 && !family.rank_count; tries++) {
        clock_sleep(CLOCK_MS(50));
        family_find(muster, &family);
    }
    if (!family.rank_count)
        die("the job does not start");
    page = page_of(family.keepers[0]);
    while (atomic_load(&page->committed) < 50)
        clock_sleep(CLOCK_MS(50));
    share_measure(bench, muster, &family);
    for (int64_t i = 0; i < bench->pairs; i++) {
        double with = speed(page, CLOCK_MS(1500));
        double without;

        signal_all(muster, &family, SIGSTOP);
        without = speed(page, CLOCK_MS(1500));
        signal_all(muster, &family, SIGCONT);
        if (ratios.count < RUNS_MOST)
            ratios.values[ratios.count++] = with / without;
    }
    family_find(muster, &family);
    for (size_t i = 0; i < family.agent_count; i++)
        memory.values[memory.count++] = memory_of(family.agents[i]) + memory_of(family.keepers[i]);
    kill(muster, SIGKILL);
    finish(muster);
    row_add(bench, "RSS of an agent and its keeper together", "MiB", &memory);
    row_add(bench, "training speed with agents / with agents stopped", "ratio", &ratios);
}

static void size_measure(struct bench *bench, const char *program)
{
    CLEAN(text) struct text command = {0};
    CLEAN(text) struct text stripped = {0};
    CLEAN(text) struct text metric = {0};
    struct series series = {.count = 1};
    struct stat status;

    text_addf(&stripped, "%s/%s.stripped", bench->work, program);
    text_addf(&command, "strip -o %s %s/%s", stripped.data, bench->bin, program);
    if (system(command.data) || stat(stripped.data, &status))
        die("a program cannot be stripped");
    series.values[0] = (double)status.st_size / KIB / KIB;
    text_addf(&metric, "size of %s, stripped", program);
    row_add(bench, metric.data, "MiB", &series);
}

static void data_make(struct bench *bench)
{
    const char *const words[] = {"data",
                                 "digits",
                                 "--output",
                                 "data/train",
                                 "--count",
                                 "12800",
                                 "--seed",
                                 "1",
                                 "--force",
                                 NULL};
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/data", bench->work);
    if (file_remove_tree(bench->work, NULL) || file_make_directories(path.data, NULL) ||
        finish(start(bench, "muster-trainer", words)))
        die("the data cannot be made");
}

int main(int argc, char **argv)
{
    struct bench bench = {.bin = "build/release",
                          .work = "build/bench/spine",
                          .job = "examples/digits.yaml",
                          .runs = 24,
                          .pairs = 12,
                          .rows = cJSON_CreateArray()};
    const struct option_row rows[] = {
        {"runs", 'n', OPTION_INTEGER, "N", "faults of each kind", &bench.runs, 1, RUNS_MOST},
        {"pairs", 'p', OPTION_INTEGER, "N", "pairs of windows", &bench.pairs, 1, RUNS_MOST},
    };
    const struct options options = {.program = "bench-spine",
                                    .operands = "",
                                    .summary = "Measures repairs, and the cost of the agents.",
                                    .rows = rows,
                                    .row_count = 2};
    CLEAN_FREE char *bin = realpath(bench.bin, NULL);
    CLEAN_FREE char *job = realpath(bench.job, NULL);
    struct error error;
    char *json;
    int first;
    int read = options_read(&options, argc, argv, &first, &error);

    if (read)
        return read > 0 ? 0 : options_refuse(&options, &error);
    if (!bin || !job)
        die("run it from the top of the tree, after make build");
    bench.bin = bin;
    bench.job = job;
    data_make(&bench);
    printf("%-58s %5s  %10s  %10s\n", "metric", "runs", "median", "p99");
    repairs_measure(&bench, "rank", "rank SIGKILL to first step, 4 ranks");
    repairs_measure(&bench, "agent", "agent SIGKILL to first step, its rank lives on");
    repairs_measure(&bench, "slot", "keeper, agent and rank SIGKILL to first step");
    cost_measure(&bench);
    size_measure(&bench, "muster-agent");
    size_measure(&bench, "muster-trainer");
    size_measure(&bench, "muster");
    json = cJSON_Print(bench.rows);
    if (file_write("build/bench/spine.json", json, strlen(json), &error))
        die(error.text);
    free(json);
    cJSON_Delete(bench.rows);
    return 0;
}
