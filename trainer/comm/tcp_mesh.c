/* tcp_mesh - connections to all other ranks. */
#include "trainer/comm/tcp_mesh.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

int tcp_mesh_init(struct tcp_mesh *mesh,
                  const struct tcp_meeting *meeting,
                  const int *sockets,
                  struct error *error)
{
    size_t size = (size_t)meeting->size;

    mesh->peers = memory_try(size, sizeof *mesh->peers);
    mesh->polls = memory_try(1 + size, sizeof *mesh->polls);
    if (!mesh->peers || !mesh->polls) {
        free(mesh->peers);
        free(mesh->polls);
        return error_set(error, "out of memory for %zu connections", size);
    }
    for (size_t i = 0; i < size; i++)
        mesh->peers[i].descriptor = sockets[i];
    mesh->comm.rank = meeting->rank;
    mesh->comm.size = meeting->size;
    mesh->watch = meeting->watch;
    mesh->timeout = meeting->timeout;
    return 0;
}

static void close_all(struct tcp_mesh *mesh)
{
    for (int rank = 0; rank < mesh->comm.size; rank++) {
        struct tcp_peer *peer = &mesh->peers[rank];

        if (peer->descriptor >= 0)
            close(peer->descriptor);
        peer->descriptor = -1;
    }
}

void tcp_mesh_done(struct tcp_mesh *mesh)
{
    struct linger linger = {.l_onoff = 0};

    for (int rank = 0; rank < mesh->comm.size; rank++)
        setsockopt(mesh->peers[rank].descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close_all(mesh);
    free(mesh->peers);
    free(mesh->polls);
}

int tcp_mesh_break(struct tcp_mesh *mesh, const char *format, ...)
{
    va_list arguments;

    if (!mesh->comm.broken.text[0]) {
        va_start(arguments, format);
        vsnprintf(mesh->comm.broken.text, sizeof mesh->comm.broken.text, format, arguments);
        va_end(arguments);
    }
    close_all(mesh);
    return COMM_BROKEN;
}

int tcp_mesh_lost(struct tcp_mesh *mesh, int rank, int number)
{
    char reason[96];

    if (!number)
        return tcp_mesh_break(mesh, "rank %d has left", rank);
    return tcp_mesh_break(
        mesh, "rank %d was lost: %s", rank, strerror_r(number, reason, sizeof reason));
}
