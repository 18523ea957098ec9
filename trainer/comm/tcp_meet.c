/* tcp_meet - dialling the lower ranks and waiting for the higher ones, all at the same time.
 *
 * A dialled rank that refuses, hangs up or answers as a stranger ends the meeting: it is dead or in
 * another generation, and the next generation is the cure. So does a rank that is lost while others
 * are awaited. */
#include "trainer/comm/tcp_meet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "trainer/comm/tcp_blob.h"
#include "trainer/comm/tcp_door.h"
#include "trainer/comm/tcp_wait.h"

enum seat_state {
    SEAT_EMPTY,    /* a higher rank, which dials */
    SEAT_DIALLING, /* a lower rank: connecting */
    SEAT_GREETED,  /* a lower rank: our hello is out, its is awaited */
    SEAT_TAKEN
};

struct seat {
    enum seat_state state;
    struct tcp_greeting greeting;
    struct tcp_contact contact;
};

struct meet {
    const struct tcp_meeting *meeting;
    int64_t deadline;
    int missing; /* seats not taken */
    struct seat *seats;
    struct tcp_door door;
    struct pollfd *polls; /* watch, seats, door */
    struct error *error;
};

/* Says hello to the owner of a seat. Returns 0, or -1 with errno. */
static int seat_say(const struct meet *meet, const struct seat *seat, int descriptor)
{
    struct tcp_hello hello = {.generation = meet->meeting->generation,
                              .rank = (uint32_t)meet->meeting->rank,
                              .size = (uint32_t)meet->meeting->size};

    memcpy(hello.secret, seat->contact.secret, sizeof hello.secret);
    return tcp_greeting_say(descriptor, &hello);
}

/* A higher rank is at the door. Whoever is not expected, or comes twice, gets no seat. */
static bool seat_admit(void *context, int rank, int descriptor)
{
    struct meet *meet = context;
    struct seat *seat = &meet->seats[rank];

    if (rank <= meet->meeting->rank || seat->state != SEAT_EMPTY ||
        seat_say(meet, seat, descriptor))
        return false;
    seat->greeting.descriptor = descriptor;
    seat->state = SEAT_TAKEN;
    meet->missing--;
    return true;
}

static int meet_broken(const struct meet *meet, int rank, const char *what)
{
    error_set(meet->error, "rank %d %s", rank, what);
    return COMM_BROKEN;
}

/* The call to a lower rank has come through, or not. */
static int seat_connected(struct meet *meet, int rank)
{
    struct seat *seat = &meet->seats[rank];
    int number = 0;
    socklen_t size = sizeof number;

    if (getsockopt(seat->greeting.descriptor, SOL_SOCKET, SO_ERROR, &number, &size) == 0)
        errno = number;
    if (errno || seat_say(meet, seat, seat->greeting.descriptor)) {
        error_errno(meet->error, "cannot reach rank %d at %s", rank, seat->contact.address);
        return COMM_BROKEN;
    }
    seat->state = SEAT_GREETED;
    return 0;
}

/* A lower rank says its hello. */
static int seat_answered(struct meet *meet, int rank)
{
    struct tcp_greeting *greeting = &meet->seats[rank].greeting;
    int outcome = tcp_greeting_hear(greeting);
    int said;

    if (outcome > 0)
        return 0;
    if (outcome < 0)
        return meet_broken(meet, rank, "hung up without a hello");
    if (tcp_hello_read(greeting->bytes, &meet->door.expected, &said) || said != rank)
        return meet_broken(meet, rank, "answered as a stranger");
    meet->seats[rank].state = SEAT_TAKEN;
    meet->missing--;
    return 0;
}

/* Goes on with one seat after poll has said `events`. */
static int seat_serve(struct meet *meet, int rank, short events)
{
    if (!events)
        return 0;
    switch (meet->seats[rank].state) {
    case SEAT_DIALLING:
        return seat_connected(meet, rank);
    case SEAT_GREETED:
        return seat_answered(meet, rank);
    case SEAT_TAKEN:
        return meet_broken(meet, rank, "was lost before all had met");
    case SEAT_EMPTY:
        break;
    }
    return 0;
}

/* Calls every lower rank. */
static int meet_dial(struct meet *meet)
{
    for (int rank = 0; rank < meet->meeting->rank; rank++) {
        struct seat *seat = &meet->seats[rank];
        int descriptor = net_connect(seat->contact.address, meet->error);

        seat->greeting.descriptor = descriptor;
        if (descriptor < 0 || tcp_greeting_prepare(descriptor)) {
            error_note_prefix(meet->error, "rank %d", rank);
            return COMM_BROKEN;
        }
        seat->state = SEAT_DIALLING;
    }
    return 0;
}

/* Which rank is not there yet. */
static int meet_missing(const struct meet *meet)
{
    int rank = 0;

    while (rank == meet->meeting->rank || meet->seats[rank].state == SEAT_TAKEN)
        rank++;
    return rank;
}

/* Waits until somebody moves. */
static int meet_wait(struct meet *meet)
{
    static const short events[] = {
        [SEAT_DIALLING] = POLLOUT, [SEAT_GREETED] = POLLIN, [SEAT_TAKEN] = 0};
    struct pollfd *polls = meet->polls + 1;
    size_t size = (size_t)meet->meeting->size;
    int64_t due = tcp_door_due(&meet->door);
    int outcome;

    for (size_t i = 0; i < size; i++) {
        const struct seat *seat = &meet->seats[i];

        polls[i] = (struct pollfd){seat->greeting.descriptor, events[seat->state], 0};
    }
    size += tcp_door_polls(&meet->door, polls + size);
    if (due > meet->deadline)
        due = meet->deadline;
    outcome = tcp_wait(meet->polls, 1 + size, &meet->meeting->watch, due, meet->error);
    if (outcome == TCP_WAIT_REVOKED) {
        error_set(meet->error, "the generation was revoked while its ranks met");
        return COMM_BROKEN;
    }
    if (outcome == TCP_WAIT_LATE && due == meet->deadline)
        return meet_broken(meet, meet_missing(meet), "did not come in time");
    return outcome < 0 ? outcome : 0;
}

static int meet_serve(struct meet *meet)
{
    const struct pollfd *polls = meet->polls + 1;
    int size = meet->meeting->size;

    for (int rank = 0; rank < size; rank++) {
        int outcome = seat_serve(meet, rank, polls[rank].revents);

        if (outcome)
            return outcome;
    }
    return tcp_door_serve(&meet->door, polls + size, meet->error);
}

static int meet_run(struct meet *meet)
{
    int outcome = meet_dial(meet);

    while (!outcome && meet->missing) {
        outcome = meet_wait(meet);
        if (!outcome)
            outcome = meet_serve(meet);
    }
    return outcome;
}

static void meet_done(struct meet *meet)
{
    for (int rank = 0; meet->seats && rank < meet->meeting->size; rank++)
        cleanup_close(&meet->seats[rank].greeting.descriptor);
    free(meet->seats);
    free(meet->polls);
    tcp_door_done(&meet->door);
}

CLEANUP_DEFINE(meet, struct meet, meet_done)

/* Allocates and reads the blobs. Returns 0, or -1. */
static int meet_init(struct meet *meet, const struct tcp_listener *listener)
{
    const struct tcp_meeting *meeting = meet->meeting;
    size_t size = (size_t)meeting->size;

    meet->deadline = clock_now() + meeting->timeout;
    meet->missing = meeting->size - 1;
    meet->door.admit = seat_admit;
    meet->door.context = meet;
    if (tcp_door_init(&meet->door, listener, meeting->generation, meeting->size, meet->error))
        return -1;
    meet->polls = memory_try(1 + size + tcp_door_most(&meet->door), sizeof *meet->polls);
    meet->seats = memory_try(size, sizeof *meet->seats);
    for (size_t i = 0; meet->seats && i < size; i++)
        meet->seats[i].greeting.descriptor = -1;
    if (!meet->polls || !meet->seats)
        return error_set(meet->error, "out of memory for a meeting of %zu ranks", size);
    for (size_t i = 0; i < size; i++) {
        if (tcp_blob_read(&meeting->blobs[i], &meet->seats[i].contact, meet->error))
            return error_prefix(meet->error, "rank %zu", i);
    }
    return 0;
}

int tcp_meet(const struct tcp_listener *listener,
             const struct tcp_meeting *meeting,
             int *sockets,
             struct error *error)
{
    CLEAN(meet) struct meet meet = {.meeting = meeting, .error = error};
    int outcome = meet_init(&meet, listener);

    if (!outcome)
        outcome = meet_run(&meet);
    if (outcome)
        return outcome;
    for (int rank = 0; rank < meeting->size; rank++)
        sockets[rank] = TAKE_FD(meet.seats[rank].greeting.descriptor);
    return 0;
}
