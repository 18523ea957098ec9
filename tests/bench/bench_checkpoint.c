/* bench_checkpoint - measures saving, verifying and loading a checkpoint, and its checksum alone.
 *
 * Files are written through the page cache and synced, so the figure for saving is that of the disk
 * and of what else it does; reading finds them in memory unless --cold asks the kernel to forget
 * them. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/random.h"
#include "quantile.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/core/crc32c.h"

#define TENSORS 64
#define ROUNDS  50

struct bench {
    int64_t megabytes;
    int64_t rounds;
    bool json;
    bool cold;
    const char *directory;
    uint64_t generation; /* of this run: above those of earlier ones */
    struct text path;    /* of the newest checkpoint */
    struct checkpoint_tensor tensors[TENSORS];
    double seconds[ROUNDS];
};

static size_t tensor_bytes(const struct bench *bench)
{
    return (size_t)bench->megabytes * (1 << 20) / TENSORS;
}

static void tensors_make(struct bench *bench)
{
    uint64_t random = 1;

    for (int i = 0; i < TENSORS; i++) {
        struct checkpoint_tensor *tensor = &bench->tensors[i];
        int64_t rows = (int64_t)tensor_bytes(bench) / 4096;

        *tensor =
            (struct checkpoint_tensor){.role = ROLE_PARAM, .shape = {rows, 1024}, .dimensions = 2};
        snprintf(tensor->name, sizeof tensor->name, "layer.%d.weight", i);
        tensor->data = memory_get((size_t)rows * 1024, sizeof *tensor->data);
        for (int64_t k = 0; k < rows * 1024; k++)
            tensor->data[k] = (float)random_next(&random);
    }
}

/* Measures one kind of work several times. */
static void measure(struct bench *bench,
                    const char *name,
                    int (*work)(struct bench *bench, int round))
{
    double gigabytes = (double)tensor_bytes(bench) * TENSORS / 1e9;
    double best;
    double median;
    double worst;

    for (int round = 0; round < bench->rounds; round++) {
        int64_t begin = clock_now();

        if (work(bench, round))
            exit(1);
        bench->seconds[round] = (double)(clock_now() - begin) / 1e9;
    }
    best = quantile(bench->seconds, (size_t)bench->rounds, 0);
    median = quantile(bench->seconds, (size_t)bench->rounds, 0.5);
    worst = quantile(bench->seconds, (size_t)bench->rounds, 1);
    if (bench->json)
        printf("{\"bench\":\"checkpoint\",\"work\":\"%s\",\"bytes\":%.0f,\"rounds\":%" PRId64
               ",\"best_s\":%.4f,\"median_s\":%.4f,\"worst_s\":%.4f,\"gb_per_s\":%.3f}\n",
               name,
               gigabytes * 1e9,
               bench->rounds,
               best,
               median,
               worst,
               gigabytes / median);
    else
        printf("%-10s %10.4f %10.4f %10.4f %9.3f\n", name, best, median, worst, gigabytes / median);
    fflush(stdout);
}

static int failed(const struct error *error)
{
    fprintf(stderr, "bench-checkpoint: %s\n", error->text);
    return -1;
}

static int work_checksum(struct bench *bench, int round)
{
    uint32_t sum = 0;

    (void)round;
    for (int i = 0; i < TENSORS; i++)
        sum = crc32c(sum, bench->tensors[i].data, tensor_bytes(bench));
    return sum == 0; /* it is not; but the sum is used so */
}

static int work_save(struct bench *bench, int round)
{
    struct checkpoint_store store = {bench->directory, 1};
    struct checkpoint_facts facts = {.id = {1, bench->generation, round},
                                     .optimizer = "none",
                                     .kernels = "none",
                                     .model = "{}",
                                     .history = "[]"};
    struct error error = {""};

    text_clear(&bench->path);
    if (checkpoint_save(&store, &facts, bench->tensors, TENSORS, &bench->path, &error))
        return failed(&error);
    return 0;
}

/* The same bytes without a checkpoint around them: what the disk gives. */
static int work_plain(struct bench *bench, int round)
{
    CLEAN(text) struct text path = {0};
    CLEAN_FD int descriptor = -1;

    (void)round;
    text_addf(&path, "%s/plain", bench->directory);
    descriptor = open(path.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    for (int i = 0; descriptor >= 0 && i < TENSORS; i++) {
        if (file_put(descriptor, bench->tensors[i].data, tensor_bytes(bench)))
            return -1;
    }
    return descriptor < 0 || fsync(descriptor) || unlink(path.data) ? -1 : 0;
}

/* Makes the kernel forget the content of the file. */
static void file_forget(const struct bench *bench)
{
    CLEAN(text) struct text path = {0};
    CLEAN_FD int descriptor = -1;

    text_addf(&path, "%s/rank-000.safetensors", bench->path.data);
    descriptor = open(path.data, O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
}

/* Opens the newest one without verifying it, which is measured apart. */
static struct checkpoint *open_newest(const struct bench *bench)
{
    struct checkpoint *checkpoint = NULL;
    struct error error = {""};

    if (bench->cold)
        file_forget(bench);
    if (checkpoint_open(bench->path.data, &checkpoint, &error)) {
        failed(&error);
        return NULL;
    }
    return checkpoint;
}

static int work_verify(struct bench *bench, int round)
{
    struct checkpoint *checkpoint = open_newest(bench);
    struct error error = {""};
    int outcome = checkpoint ? checkpoint_verify(checkpoint, &error) : -1;

    (void)round;
    checkpoint_free(checkpoint);
    return outcome ? failed(&error) : 0;
}

static int work_load(struct bench *bench, int round)
{
    struct checkpoint *checkpoint = open_newest(bench);
    struct error error = {""};
    int outcome = checkpoint ? checkpoint_load(checkpoint, bench->tensors, TENSORS, &error) : -1;

    (void)round;
    checkpoint_free(checkpoint);
    return outcome ? failed(&error) : 0;
}

int main(int argc, char **argv)
{
    struct bench bench = {.megabytes = 1024, .rounds = 5};
    const struct option_row rows[] = {
        {"megabytes", 'm', OPTION_INTEGER, "N", "size (1024)", &bench.megabytes, 1, 1 << 20},
        {"rounds", 'n', OPTION_INTEGER, "N", "rounds of each work (5)", &bench.rounds, 1, ROUNDS},
        {"cold", 'c', OPTION_FLAG, NULL, "drop files from memory before", &bench.cold, 0, 0},
        {"json", 'j', OPTION_FLAG, NULL, "JSON lines", &bench.json, 0, 0},
    };
    const struct options options = {.program = "bench-checkpoint",
                                    .operands = "DIRECTORY",
                                    .least_operands = 1,
                                    .most_operands = 1,
                                    .summary = "Measure saving and loading a checkpoint.",
                                    .rows = rows,
                                    .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome)
        return outcome < 0 ? options_refuse(&options, &error) : 0;
    bench.directory = argv[first];
    bench.generation = (uint64_t)clock_now();
    tensors_make(&bench);
    if (!bench.json)
        printf("%-10s %10s %10s %10s %9s\n", "work", "best s", "median s", "worst s", "GB/s");
    measure(&bench, "checksum", work_checksum);
    measure(&bench, "save", work_save);
    measure(&bench, "plain", work_plain);
    measure(&bench, "verify", work_verify);
    measure(&bench, "load", work_load);
    for (int i = 0; i < TENSORS; i++)
        free(bench.tensors[i].data);
    text_done(&bench.path);
    return 0;
}
