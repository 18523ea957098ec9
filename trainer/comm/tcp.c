/* tcp - the communicator over TCP: its table of operations on a mesh. */
#include "trainer/comm/tcp.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "trainer/comm/tcp_meet.h"
#include "trainer/comm/tcp_mesh.h"
#include "trainer/comm/tcp_reduce.h"
#include "trainer/comm/tcp_transfer.h"

struct tcp {
    struct tcp_mesh mesh; /* begins with the struct comm */
    struct tcp_sum sum;
};

static struct tcp *tcp_of(struct comm *comm)
{
    return (struct tcp *)comm;
}

static int tcp_all_reduce(
    struct comm *comm, const struct order *order, float *const *parts, float *sum, size_t count)
{
    struct tcp *tcp = tcp_of(comm);
    struct tcp_vectors vectors = {.parts = parts, .total = sum, .count = count};

    return tcp_reduce(&tcp->mesh, &tcp->sum, order, &vectors);
}

/* One area in each direction. */
struct exchange {
    struct iovec out;
    struct iovec in; /* of rank 0; those of the others follow */
};

static enum tcp_next exchange_outgoing(void *context, int rank, size_t index, struct iovec *area)
{
    const struct exchange *exchange = context;

    (void)rank;
    *area = exchange->out;
    return index ? TCP_END : TCP_AREA;
}

static enum tcp_next gather_incoming(void *context, int rank, size_t index, struct iovec *area)
{
    const struct exchange *exchange = context;

    *area = exchange->in;
    area->iov_base = (char *)area->iov_base + (size_t)rank * area->iov_len;
    return index ? TCP_END : TCP_AREA;
}

static int tcp_all_gather(struct comm *comm, const void *mine, void *all, size_t size)
{
    struct exchange exchange = {{(void *)mine, size}, {all, size}};
    char *place = (char *)all + (size_t)comm->rank * size;
    struct tcp_transfer transfer = {.kind = TCP_ALL_GATHER,
                                    .size = size,
                                    .peer = TCP_EVERYBODY,
                                    .outgoing = exchange_outgoing,
                                    .incoming = gather_incoming,
                                    .context = &exchange};

    if (tcp_transfer(&tcp_of(comm)->mesh, &transfer))
        return COMM_BROKEN;
    if (place != mine && size)
        memcpy(place, mine, size);
    return 0;
}

static enum tcp_next receive_incoming(void *context, int rank, size_t index, struct iovec *area)
{
    const struct exchange *exchange = context;

    (void)rank;
    *area = exchange->in;
    return index ? TCP_END : TCP_AREA;
}

static int tcp_send(struct comm *comm, int rank, const void *data, size_t size)
{
    struct exchange exchange = {.out = {(void *)data, size}};
    struct tcp_transfer transfer = {.kind = TCP_SEND,
                                    .size = size,
                                    .peer = rank,
                                    .outgoing = exchange_outgoing,
                                    .context = &exchange};

    return tcp_transfer(&tcp_of(comm)->mesh, &transfer);
}

static int tcp_receive(struct comm *comm, int rank, void *data, size_t size)
{
    struct exchange exchange = {.in = {data, size}};
    struct tcp_transfer transfer = {.kind = TCP_SEND,
                                    .size = size,
                                    .peer = rank,
                                    .incoming = receive_incoming,
                                    .context = &exchange};

    return tcp_transfer(&tcp_of(comm)->mesh, &transfer);
}

/* Everybody hears of everybody: a header each is enough. */
static int tcp_barrier(struct comm *comm)
{
    struct tcp_transfer transfer = {.kind = TCP_BARRIER,
                                    .peer = TCP_EVERYBODY,
                                    .outgoing = tcp_nothing,
                                    .incoming = tcp_nothing};

    return tcp_transfer(&tcp_of(comm)->mesh, &transfer);
}

static void tcp_abort(struct comm *comm, const char *reason)
{
    tcp_mesh_break(&tcp_of(comm)->mesh, "%s", reason);
}

static void tcp_free(struct comm *comm)
{
    struct tcp *tcp = tcp_of(comm);

    tcp_mesh_done(&tcp->mesh);
    tcp_sum_done(&tcp->sum);
    free(tcp);
}

static const struct comm_table table = {.name = "tcp",
                                        .all_reduce = tcp_all_reduce,
                                        .all_gather = tcp_all_gather,
                                        .send = tcp_send,
                                        .receive = tcp_receive,
                                        .barrier = tcp_barrier,
                                        .abort = tcp_abort,
                                        .free = tcp_free};

int tcp_connect(struct tcp_listener *listener,
                const struct tcp_meeting *meeting,
                struct comm **comm,
                struct error *error)
{
    CLEAN_FREE int *sockets = memory_try((size_t)meeting->size, sizeof *sockets);
    CLEAN_FREE struct tcp *tcp = memory_try(1, sizeof *tcp);
    int outcome;

    if (sockets && tcp)
        outcome = tcp_meet(listener, meeting, sockets, error);
    else
        outcome = error_set(error, "out of memory for a meeting of %d ranks", meeting->size);
    tcp_listener_free(listener);
    if (outcome)
        return outcome;
    if (tcp_mesh_init(&tcp->mesh, meeting, sockets, error)) {
        for (int rank = 0; rank < meeting->size; rank++)
            cleanup_close(&sockets[rank]);
        return -1;
    }
    tcp->mesh.comm.table = &table;
    *comm = &TAKE(tcp)->mesh.comm;
    return 0;
}
