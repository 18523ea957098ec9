/* bench_comm - measures the collectives: ranks as processes, over loopback.
 *
 * Prints a table for people and, with --json, one JSON object a line for tools. Times are those of
 * rank 0; a round ends when its own operation returns. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/options.h"
#include "quantile.h"
#include "trainer/comm/tcp.h"

#define RANKS  16
#define ROUNDS 10000

/* What the processes share. */
struct shared {
    _Atomic int listening;
    struct tcp_blob blobs[RANKS];
    double times[ROUNDS]; /* microseconds */
};

struct bench {
    int64_t ranks;
    int64_t rounds; /* 0 = by size */
    int64_t floats; /* 0 = the table */
    bool json;
    struct shared *shared;
};

static struct comm *meet(const struct bench *bench, int rank)
{
    struct shared *shared = bench->shared;
    struct error error = {""};
    struct tcp_meeting meeting = {.rank = rank,
                                  .size = (int)bench->ranks,
                                  .generation = 1,
                                  .blobs = shared->blobs,
                                  .timeout = CLOCK_SECONDS(60),
                                  .watch = {.descriptor = -1}};
    struct tcp_listener *listener = tcp_listen("127.0.0.1", &shared->blobs[rank], &error);
    struct comm *comm = NULL;

    if (listener)
        shared->listening++;
    while (listener && shared->listening < bench->ranks)
        clock_sleep(CLOCK_MS(1));
    if (!listener || tcp_connect(listener, &meeting, &comm, &error)) {
        fprintf(stderr, "bench-comm: rank %d: %s\n", rank, error.text);
        exit(1);
    }
    return comm;
}

static void report(const struct bench *bench, size_t floats, int rounds)
{
    double *times = bench->shared->times;
    double bytes = (double)floats * sizeof(float);
    double low = quantile(times, (size_t)rounds, 0.1);
    double median = quantile(times, (size_t)rounds, 0.5);
    double high = quantile(times, (size_t)rounds, 0.9);

    if (bench->json)
        printf("{\"bench\":\"all_reduce\",\"backend\":\"tcp\",\"ranks\":%d,\"bytes\":%.0f,"
               "\"rounds\":%d,\"p10_us\":%.1f,\"median_us\":%.1f,\"p90_us\":%.1f,"
               "\"gb_per_s\":%.3f}\n",
               (int)bench->ranks,
               bytes,
               rounds,
               low,
               median,
               high,
               bytes / median / 1e3);
    else
        printf("%5d %12.0f %7d %12.1f %12.1f %12.1f %9.3f\n",
               (int)bench->ranks,
               bytes,
               rounds,
               low,
               median,
               high,
               bytes / median / 1e3);
    fflush(stdout);
}

static void part_fill(float *part, size_t floats)
{
    for (size_t i = 0; i < floats; i++)
        part[i] = 1;
}

/* All ranks call it with the same sizes. The vector is reset now and then, outside the measured
 * time, so that it does not grow beyond all bounds. */
static void measure(const struct bench *bench, struct comm *comm, size_t floats)
{
    struct order order = {comm->size, comm->size};
    float *part = memory_get(floats, sizeof *part);
    int rounds = (int)bench->rounds;

    if (!rounds)
        rounds = floats > 4000000 ? 20 : floats > 100000 ? 100 : 2000;
    for (int round = -rounds / 10 - 1; round < rounds; round++) {
        int64_t begin;

        if (round % 10 == 0)
            part_fill(part, floats);
        if (comm_barrier(comm))
            break;
        begin = clock_now();
        if (comm_all_reduce(comm, &order, &part, part, floats))
            break;
        if (!comm->rank && round >= 0)
            bench->shared->times[round] = (double)(clock_now() - begin) / 1e3;
    }
    if (comm_reason(comm)[0]) {
        fprintf(stderr, "bench-comm: rank %d: %s\n", comm->rank, comm_reason(comm));
        exit(1);
    }
    if (!comm->rank)
        report(bench, floats, rounds);
    free(part);
}

static void rank_run(const struct bench *bench, int rank)
{
    static const size_t table[] = {1, 256, 4096, 16384, 65536, 262144, 1333770, 8388608};
    struct comm *comm = meet(bench, rank);

    if (bench->floats)
        measure(bench, comm, (size_t)bench->floats);
    for (size_t i = 0; !bench->floats && i < sizeof table / sizeof *table; i++)
        measure(bench, comm, table[i]);
    comm_free(comm);
}

static int run(const struct bench *bench)
{
    int failed = 0;
    int status;

    if (!bench->json)
        printf("%5s %12s %7s %12s %12s %12s %9s\n",
               "ranks",
               "bytes",
               "rounds",
               "p10 us",
               "median us",
               "p90 us",
               "GB/s");
    fflush(stdout);
    for (int rank = 0; rank < bench->ranks; rank++) {
        if (fork() == 0) {
            rank_run(bench, rank);
            exit(0);
        }
    }
    while (wait(&status) > 0)
        failed |= status;
    return failed != 0;
}

int main(int argc, char **argv)
{
    struct bench bench = {.ranks = 2};
    const struct option_row rows[] = {
        {"ranks", 'r', OPTION_INTEGER, "N", "number of ranks", &bench.ranks, 1, RANKS},
        {"floats", 'f', OPTION_INTEGER, "N", "only this size", &bench.floats, 0, 1 << 30},
        {"rounds", 'n', OPTION_INTEGER, "N", "rounds of each size", &bench.rounds, 0, ROUNDS},
        {"json", 'j', OPTION_FLAG, NULL, "JSON lines", &bench.json, 0, 0},
    };
    const struct options options = {.program = "bench-comm",
                                    .operands = "",
                                    .summary = "Measure the all-reduce over TCP on loopback.",
                                    .rows = rows,
                                    .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome)
        return outcome < 0 ? options_refuse(&options, &error) : 0;
    bench.shared =
        mmap(NULL, sizeof *bench.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (bench.shared == MAP_FAILED)
        return 1;
    return run(&bench);
}
