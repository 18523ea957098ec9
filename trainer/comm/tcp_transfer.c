/* tcp_transfer - non-blocking, full-duplex movement of areas on all connections of a mesh. */
#include "trainer/comm/tcp_transfer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "trainer/comm/tcp_wait.h"

#define AREAS 16 /* most areas in one system call */

/* A flow with what moves on it. */
struct lane {
    struct tcp_mesh *mesh;
    const struct tcp_transfer *transfer;
    int rank;
    struct tcp_flow *flow;
    tcp_source source;
    bool incoming;
};

enum tcp_next tcp_nothing(void *context, int rank, size_t index, struct iovec *area)
{
    (void)context;
    (void)rank;
    (void)index;
    (void)area;
    return TCP_END;
}

static struct lane lane_out(struct tcp_mesh *mesh, const struct tcp_transfer *transfer, int rank)
{
    return (struct lane){mesh, transfer, rank, &mesh->peers[rank].out, transfer->outgoing, false};
}

static struct lane lane_in(struct tcp_mesh *mesh, const struct tcp_transfer *transfer, int rank)
{
    return (struct lane){mesh, transfer, rank, &mesh->peers[rank].in, transfer->incoming, true};
}

static void header_write(const struct lane *lane, unsigned char *header)
{
    bytes_put32(header, (uint32_t)lane->transfer->kind);
    bytes_put32(header + 4, lane->flow->count);
    bytes_put64(header + 8, lane->transfer->size);
}

static void lane_open(const struct lane *lane)
{
    struct tcp_flow *flow = lane->flow;

    flow->open = lane->source != NULL;
    if (!flow->open)
        return;
    flow->blocked = false;
    flow->next = 0;
    flow->done = 0;
    flow->count++;
    if (!lane->incoming)
        header_write(lane, flow->header);
}

/* The item that has this number. */
static enum tcp_next lane_item(const struct lane *lane, size_t number, struct iovec *area)
{
    if (number > 0)
        return lane->source(lane->transfer->context, lane->rank, number - 1, area);
    *area = (struct iovec){lane->flow->header, TCP_HEADER};
    return TCP_AREA;
}

/* Collects what can be moved now, beginning where the last call has stopped. */
static size_t lane_areas(const struct lane *lane, struct iovec areas[AREAS])
{
    size_t count = 0;

    while (count < AREAS && lane_item(lane, lane->flow->next + count, &areas[count]) == TCP_AREA)
        count++;
    if (count) {
        areas[0].iov_base = (char *)areas[0].iov_base + lane->flow->done;
        areas[0].iov_len -= lane->flow->done;
    }
    return count;
}

/* Whether the peer means the same transfer. */
static int lane_header(const struct lane *lane)
{
    unsigned char expected[TCP_HEADER];

    header_write(lane, expected);
    if (!memcmp(expected, lane->flow->header, sizeof expected))
        return 0;
    return tcp_mesh_break(lane->mesh,
                          "rank %d is in another operation: %u/%u/%llu here, %u/%u/%llu there",
                          lane->rank,
                          bytes_get32(expected),
                          bytes_get32(expected + 4),
                          (unsigned long long)bytes_get64(expected + 8),
                          bytes_get32(lane->flow->header),
                          bytes_get32(lane->flow->header + 4),
                          (unsigned long long)bytes_get64(lane->flow->header + 8));
}

/* One item has been moved completely. */
static int lane_finish(const struct lane *lane)
{
    size_t number = lane->flow->next++;

    lane->flow->done = 0;
    if (!lane->incoming)
        return 0;
    if (number == 0)
        return lane_header(lane);
    if (lane->transfer->arrived)
        lane->transfer->arrived(lane->transfer->context, lane->rank, number - 1);
    return 0;
}

/* `moved` bytes of these areas were moved. */
static int lane_advance(const struct lane *lane,
                        const struct iovec *areas,
                        size_t count,
                        size_t moved)
{
    struct iovec next;

    for (size_t i = 0; i < count; i++) {
        if (moved < areas[i].iov_len) {
            lane->flow->done += moved;
            lane->flow->blocked = true;
            return 0;
        }
        moved -= areas[i].iov_len;
        if (lane_finish(lane))
            return COMM_BROKEN;
    }
    lane->flow->open = lane_item(lane, lane->flow->next, &next) != TCP_END;
    return 0;
}

static size_t areas_size(const struct iovec *areas, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += areas[i].iov_len;
    return size;
}

/* Moves what the socket takes or gives in one call, or nothing when it would have to wait. Sets
 * `*progress` when anything changed. Returns 0 or COMM_BROKEN. */
static int lane_move(const struct lane *lane, bool *progress)
{
    struct iovec areas[AREAS];
    struct msghdr message = {.msg_iov = areas};
    int descriptor = lane->mesh->peers[lane->rank].descriptor;
    ssize_t moved = 0;
    bool empty;

    if (!lane->flow->open || lane->flow->blocked)
        return 0;
    message.msg_iovlen = lane_areas(lane, areas);
    if (!message.msg_iovlen)
        return 0;
    empty = areas_size(areas, message.msg_iovlen) == 0;
    if (!empty)
        moved = lane->incoming ? recvmsg(descriptor, &message, 0)
                               : sendmsg(descriptor, &message, MSG_NOSIGNAL);
    if (moved < 0 && (errno == EAGAIN || errno == EINTR)) {
        lane->flow->blocked = true;
        return 0;
    }
    if (moved < 0)
        return tcp_mesh_lost(lane->mesh, lane->rank, errno);
    if (moved == 0 && lane->incoming && !empty)
        return tcp_mesh_lost(lane->mesh, lane->rank, 0);
    *progress = true;
    return lane_advance(lane, areas, message.msg_iovlen, (size_t)moved);
}

static bool lane_takes_part(const struct tcp_mesh *mesh, const struct tcp_transfer *t, int rank)
{
    return rank != mesh->comm.rank && (t->peer == TCP_EVERYBODY || t->peer == rank);
}

/* Counts the operation and opens its flows. */
static int transfer_begin(struct tcp_mesh *mesh, const struct tcp_transfer *transfer)
{
    if (mesh->comm.broken.text[0])
        return COMM_BROKEN;
    if (transfer->peer == TCP_EVERYBODY)
        comm_count(&mesh->comm);
    if (tcp_revoked(&mesh->watch))
        return tcp_mesh_break(mesh, "the generation was revoked");
    for (int rank = 0; rank < mesh->comm.size; rank++) {
        struct lane out = lane_out(mesh, transfer, rank);
        struct lane in = lane_in(mesh, transfer, rank);

        if (!lane_takes_part(mesh, transfer, rank))
            continue;
        lane_open(&out);
        lane_open(&in);
    }
    return 0;
}

/* Moves on every flow until none can go on without waiting. Sets `*open` when there is more. */
static int transfer_move(struct tcp_mesh *mesh, const struct tcp_transfer *transfer, bool *open)
{
    bool progress = true;

    while (progress) {
        progress = false;
        *open = false;
        for (int rank = 0; rank < mesh->comm.size; rank++) {
            struct lane out = lane_out(mesh, transfer, rank);
            struct lane in = lane_in(mesh, transfer, rank);

            if (lane_move(&out, &progress) || lane_move(&in, &progress))
                return COMM_BROKEN;
            *open |= out.flow->open || in.flow->open;
        }
    }
    return 0;
}

static void polls_fill(struct tcp_mesh *mesh)
{
    for (int rank = 0; rank < mesh->comm.size; rank++) {
        const struct tcp_peer *peer = &mesh->peers[rank];
        int events = 0;

        if (peer->out.open && peer->out.blocked)
            events |= POLLOUT;
        if (peer->in.open && peer->in.blocked)
            events |= POLLIN;
        mesh->polls[1 + rank] = (struct pollfd){peer->descriptor, (short)events, 0};
    }
}

/* A reset is news from any peer, also from one that has nothing to do with this transfer. */
static int polls_serve(struct tcp_mesh *mesh)
{
    for (int rank = 0; rank < mesh->comm.size; rank++) {
        struct tcp_peer *peer = &mesh->peers[rank];
        short events = mesh->polls[1 + rank].revents;
        int number = 0;
        socklen_t size = sizeof number;

        if (events & (POLLERR | POLLHUP | POLLNVAL)) {
            getsockopt(peer->descriptor, SOL_SOCKET, SO_ERROR, &number, &size);
            return tcp_mesh_lost(mesh, rank, number);
        }
        if (events & POLLOUT)
            peer->out.blocked = false;
        if (events & POLLIN)
            peer->in.blocked = false;
    }
    return 0;
}

/* Names the first rank that is awaited. */
static int transfer_late(struct tcp_mesh *mesh)
{
    int rank = 0;

    while (rank < mesh->comm.size - 1 && !mesh->peers[rank].in.open && !mesh->peers[rank].out.open)
        rank++;
    return tcp_mesh_break(mesh, "rank %d has not answered in time", rank);
}

static int transfer_wait(struct tcp_mesh *mesh, int64_t deadline)
{
    struct error error = {""};

    polls_fill(mesh);
    switch (tcp_wait(mesh->polls, 1 + (size_t)mesh->comm.size, &mesh->watch, deadline, &error)) {
    case 0:
        return polls_serve(mesh);
    case TCP_WAIT_LATE:
        return transfer_late(mesh);
    case TCP_WAIT_REVOKED:
        return tcp_mesh_break(mesh, "the generation was revoked");
    default:
        return tcp_mesh_break(mesh, "%s", error.text);
    }
}

int tcp_transfer(struct tcp_mesh *mesh, const struct tcp_transfer *transfer)
{
    int64_t deadline = clock_now() + mesh->timeout;
    bool open;

    if (transfer_begin(mesh, transfer))
        return COMM_BROKEN;
    for (;;) {
        if (transfer_move(mesh, transfer, &open))
            return COMM_BROKEN;
        if (!open)
            return 0;
        if (transfer_wait(mesh, deadline))
            return COMM_BROKEN;
    }
}
