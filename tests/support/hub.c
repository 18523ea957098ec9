/* hub - communicators in memory. Every operation is two meetings of all ranks: what they brought is
 * looked at between the first and the second. A message is a meeting of two. */
#include "support/hub.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define HUB_RANKS 16

struct hub_comm {
    struct comm comm;
    struct hub *hub;
};

/* What a rank brings to a meeting. */
struct brought {
    const void *data;
    float *const *parts;
    bool waiting; /* a message lies here */
};

struct hub {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int size;
    int references;
    bool broken;
    struct hub_fault fault;
    int present;      /* ranks that have come to the meeting */
    uint64_t meeting; /* counts meetings */
    struct brought brought[HUB_RANKS];
    struct brought message[HUB_RANKS][HUB_RANKS]; /* from, to */
};

static void hub_break(struct hub *hub)
{
    hub->broken = true;
    pthread_cond_broadcast(&hub->changed);
}

/* Waits until all ranks are here. Returns 0, or 1 when the hub broke before. */
static int meet(struct hub *hub)
{
    uint64_t meeting = hub->meeting;

    if (hub->broken)
        return 1;
    if (++hub->present == hub->size) {
        hub->present = 0;
        hub->meeting++;
        pthread_cond_broadcast(&hub->changed);
        return 0;
    }
    while (hub->meeting == meeting && !hub->broken)
        pthread_cond_wait(&hub->changed, &hub->mutex);
    return hub->meeting == meeting;
}

static int fails(struct comm *comm, enum hub_fault_kind kind)
{
    struct hub_fault *fault = &((struct hub_comm *)comm)->hub->fault;

    return fault->operation == comm->sequence && fault->kind == kind && fault->rank == comm->rank;
}

/* Begins an operation with the hub locked. Returns 0, or 1 when it cannot be. */
static int begin(struct comm *comm)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;

    pthread_mutex_lock(&hub->mutex);
    comm->sequence++;
    if (fails(comm, HUB_FAULT_BEFORE))
        hub_break(hub);
    return hub->broken;
}

/* Ends it: unlocks and returns 0 or COMM_BROKEN. */
static int end(struct comm *comm, int failed)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;

    if (!failed && fails(comm, HUB_FAULT_AFTER)) {
        hub_break(hub);
        failed = 1;
    }
    pthread_mutex_unlock(&hub->mutex);
    if (failed && !comm->broken.text[0])
        error_set(&comm->broken, "a peer of the hub is lost");
    return failed ? COMM_BROKEN : 0;
}

/* Adds up a copy of all parts. */
struct sum {
    float **vectors;
    size_t count;
};

static void sum_add(void *context, size_t to, size_t from)
{
    struct sum *sum = context;

    for (size_t i = 0; i < sum->count; i++)
        sum->vectors[to][i] += sum->vectors[from][i];
}

/* The total of what the ranks brought, in the fixed order; freed by the caller. */
static float *total(const struct hub *hub, const struct order *order, size_t count)
{
    struct sum sum = {memory_get((size_t)hub->size * ORDER_PARTS, sizeof(float *)), count};
    size_t vectors = 0;
    float *result;

    for (int rank = 0; rank < hub->size; rank++) {
        struct order_node nodes[ORDER_PARTS];
        size_t parts = order_parts(order, rank, nodes);

        for (size_t i = 0; i < parts; i++) {
            sum.vectors[vectors] = memory_get(count, sizeof(float));
            memcpy(sum.vectors[vectors++], hub->brought[rank].parts[i], count * sizeof(float));
        }
    }
    order_combine(order, sum_add, &sum);
    result = sum.vectors[0];
    while (vectors > 1)
        free(sum.vectors[--vectors]);
    free(sum.vectors);
    return result;
}

static int hub_all_reduce(
    struct comm *comm, const struct order *order, float *const *parts, float *sum, size_t count)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;
    float *result = NULL;
    int failed = begin(comm);

    if (!failed) {
        hub->brought[comm->rank].parts = parts;
        failed = meet(hub);
    }
    if (!failed) {
        result = total(hub, order, count);
        failed = meet(hub);
    }
    if (!failed)
        memcpy(sum, result, count * sizeof *sum);
    free(result);
    return end(comm, failed);
}

static int hub_all_gather(struct comm *comm, const void *mine, void *all, size_t size)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;
    int failed = begin(comm);

    if (!failed) {
        hub->brought[comm->rank].data = mine;
        failed = meet(hub);
    }
    for (int rank = 0; !failed && rank < hub->size; rank++)
        memcpy((char *)all + (size_t)rank * size, hub->brought[rank].data, size);
    return end(comm, failed || meet(hub));
}

static int hub_send(struct comm *comm, int rank, const void *data, size_t size)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;
    struct brought *message = &hub->message[comm->rank][rank];
    int failed = begin(comm);

    (void)size;
    if (!failed) {
        *message = (struct brought){.data = data, .waiting = true};
        pthread_cond_broadcast(&hub->changed);
    }
    while (!failed && message->waiting) {
        pthread_cond_wait(&hub->changed, &hub->mutex);
        failed = hub->broken && message->waiting;
    }
    return end(comm, failed);
}

static int hub_receive(struct comm *comm, int rank, void *data, size_t size)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;
    struct brought *message = &hub->message[rank][comm->rank];
    int failed = begin(comm);

    while (!failed && !message->waiting) {
        pthread_cond_wait(&hub->changed, &hub->mutex);
        failed = hub->broken;
    }
    if (!failed) {
        memcpy(data, message->data, size);
        message->waiting = false;
        pthread_cond_broadcast(&hub->changed);
    }
    return end(comm, failed);
}

static int hub_barrier(struct comm *comm)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;
    int failed = begin(comm);

    return end(comm, failed || meet(hub));
}

static void hub_abort(struct comm *comm, const char *reason)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;

    pthread_mutex_lock(&hub->mutex);
    hub_break(hub);
    pthread_mutex_unlock(&hub->mutex);
    error_set(&comm->broken, "%s", reason);
}

static void hub_free(struct comm *comm)
{
    struct hub *hub = ((struct hub_comm *)comm)->hub;

    hub_abort(comm, "it was freed");
    hub_release(hub);
    free(comm);
}

struct hub *hub_new(int size, const struct hub_fault *fault)
{
    struct hub *hub = memory_get(1, sizeof *hub);

    if (size > HUB_RANKS)
        abort();
    pthread_mutex_init(&hub->mutex, NULL);
    pthread_cond_init(&hub->changed, NULL);
    hub->size = size;
    hub->references = 1;
    hub->fault = *fault;
    return hub;
}

void hub_release(struct hub *hub)
{
    int left;

    pthread_mutex_lock(&hub->mutex);
    left = --hub->references;
    pthread_mutex_unlock(&hub->mutex);
    if (left)
        return;
    pthread_mutex_destroy(&hub->mutex);
    pthread_cond_destroy(&hub->changed);
    free(hub);
}

struct comm *hub_comm(struct hub *hub, int rank)
{
    static const struct comm_table table = {.name = "hub",
                                            .all_reduce = hub_all_reduce,
                                            .all_gather = hub_all_gather,
                                            .send = hub_send,
                                            .receive = hub_receive,
                                            .barrier = hub_barrier,
                                            .abort = hub_abort,
                                            .free = hub_free};
    struct hub_comm *comm = memory_get(1, sizeof *comm);

    comm->comm = (struct comm){.table = &table, .rank = rank, .size = hub->size};
    comm->hub = hub;
    pthread_mutex_lock(&hub->mutex);
    hub->references++;
    pthread_mutex_unlock(&hub->mutex);
    return &comm->comm;
}
