/* sum - a small trainer with a communicator of its own, repaired in its process by Muster.
 *
 * Its state is one number. In each step every rank computes its share of PARTS numbers, all are
 * added up by rank 0, and the state is stirred with the sum: as with gradients, the result does not
 * depend on how many ranks there are or which of them died. Build it with: cc sum.c -lmuster.
 * Usage: sum STEPS MILLISECONDS_A_STEP */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <libmuster.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PARTS 64
#define RANKS 1024

/* What ranks tell each other when they meet. */
struct greeting {
    int64_t committed;
    uint64_t state;
    uint32_t rank;
    uint32_t unused;
};

struct trainer {
    struct muster *muster;
    struct muster_place place;
    int64_t committed; /* steps; MUSTER_NO_STATE = none */
    uint64_t state;
    int listener;     /* rank 0's */
    int peers[RANKS]; /* rank 0 has one to each rank, the others one to rank 0 */
};

static void closed(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

static void leave(struct trainer *trainer)
{
    closed(&trainer->listener);
    for (int i = 0; i < RANKS; i++)
        closed(&trainer->peers[i]);
}

/* Waits until the descriptor can be read. Returns -1 when the generation is over before. */
static int await(struct trainer *trainer, int descriptor)
{
    struct pollfd waiting[] = {{.fd = descriptor, .events = POLLIN},
                               {.fd = muster_descriptor(trainer->muster), .events = POLLIN}};

    while (!muster_revoked(trainer->muster)) {
        if (poll(waiting, 2, 100) > 0 && waiting[0].revents)
            return 0;
    }
    return -1;
}

/* A peer is gone: that is told, unless it is known. */
static int lost(struct trainer *trainer, const char *what)
{
    if (!muster_revoked(trainer->muster))
        muster_broken(trainer->muster, what);
    return -1;
}

static int give(struct trainer *trainer, int peer, const void *data, size_t size)
{
    if (send(peer, data, size, MSG_NOSIGNAL) == (ssize_t)size)
        return 0;
    return lost(trainer, "a peer does not take what it is sent");
}

static int take(struct trainer *trainer, int peer, void *data, size_t size)
{
    if (await(trainer, peer))
        return -1;
    if (recv(peer, data, size, MSG_WAITALL) == (ssize_t)size)
        return 0;
    return lost(trainer, "a peer is gone");
}

/* Joining. */

/* Listens where the peers reach this host and says so. */
static int offer(struct trainer *trainer)
{
    const char *host = getenv("MUSTER_HOST") ? getenv("MUSTER_HOST") : "127.0.0.1";
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    trainer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (trainer->listener < 0 || inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        bind(trainer->listener, (struct sockaddr *)&address, size) ||
        listen(trainer->listener, RANKS) ||
        getsockname(trainer->listener, (struct sockaddr *)&address, &size))
        return -1;
    return muster_ready(trainer->muster, &address, sizeof address);
}

/* Rank 0: takes everybody's greeting, finds the state that all are to have and hands it out. */
static int gather(struct trainer *trainer, int64_t restore)
{
    struct greeting greeting;
    struct greeting all = {.committed = trainer->committed, .state = trainer->state};

    for (uint32_t i = 1; i < trainer->place.size; i++) {
        int peer;

        if (await(trainer, trainer->listener))
            return -1;
        peer = accept(trainer->listener, NULL, NULL);
        if (peer < 0 || take(trainer, peer, &greeting, sizeof greeting) || greeting.rank >= RANKS ||
            trainer->peers[greeting.rank] >= 0) {
            closed(&peer);
            return lost(trainer, "a peer did not come");
        }
        trainer->peers[greeting.rank] = peer;
        if (greeting.committed == restore)
            all = greeting;
    }
    if (restore == MUSTER_NO_STATE)
        all = (struct greeting){.committed = 0};
    for (uint32_t i = 1; i < trainer->place.size; i++) {
        if (give(trainer, trainer->peers[i], &all, sizeof all))
            return -1;
    }
    trainer->committed = all.committed;
    trainer->state = all.state;
    return 0;
}

/* Another rank: greets rank 0 and takes the state from it. */
static int greet(struct trainer *trainer)
{
    struct greeting greeting = {
        .committed = trainer->committed, .state = trainer->state, .rank = trainer->place.rank};
    struct sockaddr_in address;
    size_t size;
    const void *blob = muster_blob(trainer->muster, 0, &size);
    int one = 1;

    if (size != sizeof address)
        return lost(trainer, "rank 0 does not say where it is");
    memcpy(&address, blob, sizeof address);
    trainer->peers[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (trainer->peers[0] < 0 ||
        connect(trainer->peers[0], (struct sockaddr *)&address, sizeof address))
        return lost(trainer, "rank 0 cannot be reached");
    setsockopt(trainer->peers[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (give(trainer, trainer->peers[0], &greeting, sizeof greeting) ||
        take(trainer, trainer->peers[0], &greeting, sizeof greeting))
        return -1;
    trainer->committed = greeting.committed;
    trainer->state = greeting.state;
    return 0;
}

/* Takes part in the next generation. Returns 0, MUSTER_LEAVE, MUSTER_AGAIN, or -1. */
static int join(struct trainer *trainer)
{
    int64_t restore;
    int outcome;

    leave(trainer);
    outcome = muster_wait(trainer->muster, &trainer->place);
    if (!outcome)
        outcome = offer(trainer);
    if (!outcome)
        outcome = muster_go(trainer->muster, &restore);
    if (outcome)
        return outcome;
    if (trainer->place.rank ? greet(trainer) : gather(trainer, restore))
        return MUSTER_AGAIN;
    muster_restored(trainer->muster, trainer->committed);
    return 0;
}

/* Training. */

/* Adds up over all ranks. */
static int sum(struct trainer *trainer, uint64_t *number)
{
    uint64_t part;

    muster_collective(trainer->muster);
    if (trainer->place.rank)
        return give(trainer, trainer->peers[0], number, sizeof *number) ||
                       take(trainer, trainer->peers[0], number, sizeof *number)
                   ? -1
                   : 0;
    for (uint32_t i = 1; i < trainer->place.size; i++) {
        if (take(trainer, trainer->peers[i], &part, sizeof part))
            return -1;
        *number += part;
    }
    for (uint32_t i = 1; i < trainer->place.size; i++) {
        if (give(trainer, trainer->peers[i], number, sizeof *number))
            return -1;
    }
    return 0;
}

/* One step. Returns 0; 1 when all have agreed to stop after it; -1 when a peer is gone. */
static int step(struct trainer *trainer, long milliseconds)
{
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    uint64_t number = (uint64_t)trainer->committed + 1;
    uint64_t share = 0;
    uint64_t stop = muster_draining(trainer->muster);

    muster_begin(trainer->muster, (int64_t)number);
    nanosleep(&time, NULL);
    for (uint32_t part = trainer->place.rank; part < PARTS; part += trainer->place.size)
        share += (number * PARTS + part) * UINT64_C(0x9e3779b97f4a7c15) >> 7;
    if (sum(trainer, &share) || sum(trainer, &stop))
        return -1;
    trainer->state = trainer->state * 31 + share;
    trainer->committed++;
    muster_commit(trainer->muster, trainer->committed, NAN);
    return stop != 0;
}

/* Trains in one generation. Returns MUSTER_AGAIN, MUSTER_LEAVE or -1. */
static int train(struct trainer *trainer, int64_t steps, long milliseconds)
{
    char result[100];
    int stopped = 0;

    while (trainer->committed < steps && !stopped) {
        stopped = step(trainer, milliseconds);
        if (stopped < 0)
            return MUSTER_AGAIN;
    }
    snprintf(result,
             sizeof result,
             "{\"steps\":%" PRId64 ",\"state\":\"%016" PRIx64 "\"}",
             trainer->committed,
             trainer->state);
    return muster_done(trainer->muster, stopped, result);
}

int main(int argc, char **argv)
{
    static struct trainer trainer = {.committed = MUSTER_NO_STATE, .listener = -1};
    char reason[MUSTER_REASON];
    int outcome = MUSTER_AGAIN;

    if (argc != 3)
        return MUSTER_BAD_USAGE;
    memset(trainer.peers, -1, sizeof trainer.peers);
    outcome = muster_open(&trainer.muster, reason);
    if (outcome) {
        fprintf(stderr, "sum: %s\n", outcome < 0 ? reason : "not started by Muster");
        return MUSTER_BAD_USAGE;
    }
    printf("process %ld is there\n", (long)getpid());
    fflush(stdout);
    do {
        outcome = join(&trainer);
        if (!outcome)
            outcome = train(&trainer, atoll(argv[1]), atol(argv[2]));
    } while (outcome == MUSTER_AGAIN);
    if (outcome < 0)
        fprintf(stderr, "sum: %s\n", muster_reason(trainer.muster));
    leave(&trainer);
    muster_close(trainer.muster);
    return outcome < 0 ? MUSTER_FAILED : 0;
}
