/* tcp_door - listening, and callers until they have said who they are. */
#include "trainer/comm/tcp_door.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/memory.h"
#include "trainer/comm/tcp.h"
#include "trainer/comm/tcp_blob.h"

#define BACKLOG     1024
#define STRANGERS   32               /* callers beyond the ranks that may be half open at a time */
#define CALLER_TIME CLOCK_SECONDS(5) /* in which a caller must have said its hello */

static void address_write(char address[NET_ADDRESS], const char *host, int port)
{
    if (strchr(host, ':'))
        snprintf(address, NET_ADDRESS, "[%s]:%d", host, port);
    else
        snprintf(address, NET_ADDRESS, "%s:%d", host, port);
}

struct tcp_listener *tcp_listen(const char *host, struct tcp_blob *blob, struct error *error)
{
    struct tcp_contact contact = {.address = ""};
    CLEAN_FREE struct tcp_listener *listener = memory_try(1, sizeof *listener);

    if (!listener) {
        error_set(error, "out of memory for a listener");
        return NULL;
    }
    address_write(contact.address, host, 0);
    listener->descriptor = net_listen(contact.address, BACKLOG, error);
    if (listener->descriptor < 0)
        return NULL;
    address_write(contact.address, host, net_port(listener->descriptor));
    entropy_fill(contact.secret, sizeof contact.secret);
    memcpy(listener->secret, contact.secret, sizeof listener->secret);
    tcp_blob_write(blob, &contact);
    return TAKE(listener);
}

void tcp_listener_free(struct tcp_listener *listener)
{
    if (!listener)
        return;
    close(listener->descriptor);
    free(listener);
}

int tcp_door_init(struct tcp_door *door,
                  const struct tcp_listener *listener,
                  uint64_t generation,
                  int size,
                  struct error *error)
{
    door->listener = listener;
    door->expected = (struct tcp_hello){.generation = generation, .size = (uint32_t)size};
    memcpy(door->expected.secret, listener->secret, sizeof door->expected.secret);
    door->count = 0;
    door->capacity = (size_t)size + STRANGERS;
    door->callers = memory_try(door->capacity, sizeof *door->callers);
    return door->callers ? 0 : error_set(error, "out of memory for %zu callers", door->capacity);
}

/* Forgets a caller, and closes its connection unless it was let in. */
static void caller_remove(struct tcp_door *door, size_t index)
{
    struct tcp_caller *caller = &door->callers[index];

    cleanup_close(&caller->greeting.descriptor);
    door->count--;
    memmove(caller, caller + 1, (door->count - index) * sizeof *caller);
}

void tcp_door_done(struct tcp_door *door)
{
    while (door->count)
        caller_remove(door, door->count - 1);
    free(door->callers);
    door->callers = NULL;
}

size_t tcp_door_most(const struct tcp_door *door)
{
    return 1 + door->capacity;
}

size_t tcp_door_polls(const struct tcp_door *door, struct pollfd *polls)
{
    polls[0] = (struct pollfd){door->listener->descriptor, POLLIN, 0};
    for (size_t i = 0; i < door->count; i++)
        polls[1 + i] = (struct pollfd){door->callers[i].greeting.descriptor, POLLIN, 0};
    return 1 + door->count;
}

int64_t tcp_door_due(const struct tcp_door *door)
{
    return door->count ? door->callers[0].due : CLOCK_NEVER;
}

static void caller_serve(struct tcp_door *door, size_t index)
{
    struct tcp_greeting *greeting = &door->callers[index].greeting;
    int outcome = tcp_greeting_hear(greeting);
    int rank;

    if (outcome > 0)
        return;
    if (outcome == 0 && tcp_hello_read(greeting->bytes, &door->expected, &rank) == 0 &&
        door->admit(door->context, rank, greeting->descriptor))
        greeting->descriptor = -1;
    caller_remove(door, index);
}

static void caller_add(struct tcp_door *door, int descriptor)
{
    if (tcp_greeting_prepare(descriptor)) {
        close(descriptor);
        return;
    }
    if (door->count == door->capacity)
        caller_remove(door, 0);
    door->callers[door->count++] =
        (struct tcp_caller){{.descriptor = descriptor}, clock_now() + CALLER_TIME};
}

/* Takes who is at the door; a caller that has gone again is no failure. */
static int callers_accept(struct tcp_door *door, struct error *error)
{
    for (int i = 0; i < STRANGERS; i++) {
        int descriptor =
            accept4(door->listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (descriptor < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
            return error_errno(error, "cannot accept a connection");
        if (descriptor < 0)
            return 0;
        caller_add(door, descriptor);
    }
    return 0;
}

/* From the last caller to the first, for serving one may remove it. Who speaks is heard before new
 * callers may push the oldest out. */
int tcp_door_serve(struct tcp_door *door, const struct pollfd *polls, struct error *error)
{
    int64_t now = clock_now();

    for (size_t i = door->count; i > 0; i--) {
        if (polls[i].revents)
            caller_serve(door, i - 1);
    }
    while (door->count && door->callers[0].due <= now)
        caller_remove(door, 0);
    return polls[0].revents ? callers_accept(door, error) : 0;
}
