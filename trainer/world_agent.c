/* world_agent - the world of a trainer that an agent has started (wire/link.h).
 *
 * Between generations it waits for the agent's words. While a generation runs, nothing is read: the
 * communicator polls the socket beside its own and gives up when a word waits there or when the
 * control page says that the generation is over. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "trainer/comm/tcp.h"
#include "trainer/world.h"
#include "wire/link.h"

#define MEET_TIMEOUT                                                                               \
    CLOCK_SECONDS(60) /* also of each operation: agents notice most faults sooner */

struct agent_world {
    struct world world;
    int socket;
    struct link_page *page;
    const struct link_control *control;
    const char *host; /* where this rank listens for its peers */
    bool greeted;
    struct link_message place; /* the newest LINK_ASSIGN */
    bool placed;
    struct tcp_listener *listener;
    int64_t committed;
    int64_t begun;
    int64_t base;         /* committed when the generation began */
    bool unsaved;         /* the agent was told that checkpoints cannot be written */
    unsigned char *words; /* the newest message with its tail */
};

static int64_t load(const _Atomic int64_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

static void store(_Atomic int64_t *value, int64_t now)
{
    atomic_store_explicit(value, now, memory_order_relaxed);
}

/* Words. */

static int say(struct agent_world *agent,
               struct link_message message,
               const void *tail,
               size_t size,
               struct error *error)
{
    struct iovec parts[2] = {{&message, sizeof message}, {(void *)tail, size}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = size ? 2 : 1};
    ssize_t sent;

    message.tail = (uint32_t)size;
    do
        sent = sendmsg(agent->socket, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? error_errno(error, "cannot speak to the agent") : 0;
}

/* A message about the current place, with what is final. */
static struct link_message word(const struct agent_world *agent, enum link_type type)
{
    return (struct link_message){.type = type,
                                 .generation = agent->place.generation,
                                 .committed = agent->committed,
                                 .begun = agent->begun};
}

/* Waits for the next word of the agent. */
static int hear(struct agent_world *agent, struct link_message *message, struct error *error)
{
    ssize_t got;

    do
        got = recv(agent->socket, agent->words, LINK_MESSAGE, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_errno(error, "cannot hear the agent");
    if (got == 0)
        return error_set(error, "the agent and its keeper are gone");
    memcpy(message, agent->words, sizeof *message);
    if ((size_t)got < sizeof *message || message->tail != (size_t)got - sizeof *message)
        return error_set(error, "the agent sent a message of %zd bytes", got);
    return 0;
}

/* Whether the communicator is to give up: the generation is over, or a word waits. */
static int revoked(void *context)
{
    const struct agent_world *agent = context;
    struct pollfd waiting = {.fd = agent->socket, .events = POLLIN};

    return atomic_load(&agent->control->revoked) >= agent->place.generation ||
           poll(&waiting, 1, 0) != 0;
}

/* Joining. */

static void on_revoke(struct agent_world *agent)
{
    tcp_listener_free(TAKE(agent->listener));
    agent->placed = false;
    say(agent, word(agent, LINK_QUIET), NULL, 0, NULL);
}

static int on_assign(struct agent_world *agent,
                     const struct link_message *message,
                     struct error *error)
{
    struct tcp_blob blob;

    if (message->size == 0 || message->size > LINK_RANKS || message->rank >= message->size)
        return error_set(error, "rank %u of %u is no place", message->rank, message->size);
    tcp_listener_free(agent->listener);
    agent->listener = tcp_listen(agent->host, &blob, error);
    if (!agent->listener)
        return -1;
    agent->place = *message;
    agent->placed = true;
    return say(agent, word(agent, LINK_READY), blob.bytes, blob.size, error);
}

/* Reads the blobs behind a LINK_GO. Returns them, to be freed, or NULL. */
static struct tcp_blob *blobs_read(const struct agent_world *agent,
                                   const struct link_message *message)
{
    const unsigned char *next = agent->words + sizeof *message;
    const unsigned char *end = next + message->tail;
    CLEAN_FREE struct tcp_blob *blobs = memory_get(agent->place.size, sizeof *blobs);

    for (uint32_t i = 0; i < agent->place.size; i++) {
        uint16_t size;

        if ((size_t)(end - next) < sizeof size)
            return NULL;
        memcpy(&size, next, sizeof size);
        next += sizeof size;
        if (size > sizeof blobs[i].bytes || (size_t)(end - next) < size)
            return NULL;
        memcpy(blobs[i].bytes, next, size);
        blobs[i].size = size;
        next += size;
    }
    return TAKE(blobs);
}

static void break_tell(struct agent_world *agent, const char *reason)
{
    say(agent, word(agent, LINK_BROKEN), reason, strnlen(reason, LINK_REASON - 1), NULL);
}

/* Meets the peers. Returns 0 with the communicator; 1 when the agent is to speak next; -1. */
static int on_go(struct agent_world *agent,
                 const struct link_message *message,
                 struct comm **comm,
                 struct error *error)
{
    CLEAN_FREE struct tcp_blob *blobs = NULL;
    struct tcp_meeting meeting = {.rank = (int)agent->place.rank,
                                  .size = (int)agent->place.size,
                                  .generation = agent->place.generation,
                                  .timeout = MEET_TIMEOUT,
                                  .watch = {agent->socket, revoked, agent}};
    int outcome;

    if (!agent->placed || message->generation != agent->place.generation)
        return 1; /* of a generation that is over */
    blobs = blobs_read(agent, message);
    if (!blobs)
        return error_set(error, "the agent sent malformed blobs");
    meeting.blobs = blobs;
    outcome = tcp_connect(TAKE(agent->listener), &meeting, comm, error);
    if (outcome == COMM_BROKEN && !revoked(agent))
        break_tell(agent, error->text);
    return outcome == COMM_BROKEN ? 1 : outcome;
}

static void begin(struct agent_world *agent, struct comm *comm)
{
    agent->base = agent->committed;
    comm->shown = &agent->page->sequence;
    atomic_store_explicit(comm->shown, comm->sequence, memory_order_relaxed);
    store(&agent->page->restored, 0);
    store(&agent->page->stepped, 0);
    atomic_store_explicit(&agent->page->generation, agent->place.generation, memory_order_release);
}

/* Gives up what it has; a break that the agent does not know of yet is told. */
static void give_up(struct agent_world *agent, struct comm *old)
{
    if (old && *comm_reason(old) && agent->placed && !revoked(agent))
        break_tell(agent, comm_reason(old));
    comm_free(old);
}

static int agent_join(struct world *world,
                      struct comm *old,
                      struct comm **comm,
                      struct world_place *place,
                      struct error *error)
{
    struct agent_world *agent = (struct agent_world *)world;
    struct link_message message;
    int outcome = 1;

    give_up(agent, old);
    if (!agent->greeted && say(agent, word(agent, LINK_HELLO), NULL, 0, error))
        return -1;
    agent->greeted = true;
    while (outcome == 1) {
        if (hear(agent, &message, error))
            return -1;
        if (message.type == LINK_LEAVE)
            return WORLD_LEAVE;
        if (message.type == LINK_REVOKE)
            on_revoke(agent);
        else if (message.type == LINK_ASSIGN && on_assign(agent, &message, error))
            return -1;
        else if (message.type == LINK_GO)
            outcome = on_go(agent, &message, comm, error);
    }
    if (outcome)
        return -1;
    begin(agent, *comm);
    *place = (struct world_place){.attempt = agent->place.attempt,
                                  .generation = agent->place.generation,
                                  .rank = (int)agent->place.rank,
                                  .size = (int)agent->place.size,
                                  .restore = message.committed};
    return 0;
}

/* Saying how it is. */

static void agent_progress(struct world *world, const struct world_progress *progress)
{
    struct agent_world *agent = (struct agent_world *)world;
    struct link_page *page = agent->page;

    store(&page->begun, progress->begun);
    store(&page->total, progress->total);
    store(&page->epoch, progress->epoch);
    atomic_store_explicit(&page->samples, progress->samples, memory_order_relaxed);
    atomic_store_explicit(&page->loss, progress->loss, memory_order_relaxed);
    atomic_store_explicit(&page->accuracy, progress->accuracy, memory_order_relaxed);
    atomic_store_explicit(&page->validated, progress->validated, memory_order_relaxed);
    atomic_store_explicit(&page->phase, progress->phase, memory_order_relaxed);
    store(&page->committed, progress->committed);
    if (progress->committed > agent->base && load(&page->restored) && !load(&page->stepped))
        store(&page->stepped, clock_now());
    agent->committed = progress->committed;
    agent->begun = progress->begun;
}

static void agent_restored(struct world *world)
{
    struct agent_world *agent = (struct agent_world *)world;

    agent->base = agent->committed;
    store(&agent->page->restored, clock_now());
}

static void agent_saved(struct world *world, int64_t step, const char *reason)
{
    struct agent_world *agent = (struct agent_world *)world;

    if (!reason)
        store(&agent->page->saved, step);
    if (!reason && !agent->unsaved)
        return;
    agent->unsaved = reason != NULL;
    say(agent,
        word(agent, LINK_UNSAVED),
        reason ? reason : "",
        reason ? strnlen(reason, LINK_REASON - 1) : 0,
        NULL);
}

static bool agent_draining(struct world *world)
{
    const struct agent_world *agent = (struct agent_world *)world;

    return atomic_load_explicit(&agent->control->draining, memory_order_relaxed);
}

static bool agent_over(struct world *world)
{
    return revoked(world);
}

static int agent_finish(struct world *world, bool stopped, const char *result, struct error *error)
{
    struct agent_world *agent = (struct agent_world *)world;
    struct link_message message = word(agent, LINK_DONE);

    message.code = stopped;
    if (!load(&agent->page->stepped)) /* there was nothing left to do in this generation */
        store(&agent->page->stepped, clock_now());
    if (say(agent, message, result, strnlen(result, LINK_RESULT), error))
        return -1;
    for (;;) {
        if (hear(agent, &message, error))
            return -1;
        if (message.type == LINK_LEAVE)
            return WORLD_LEAVE;
        if (message.type == LINK_REVOKE) {
            on_revoke(agent);
            return WORLD_REJOIN;
        }
    }
}

static void agent_failed(struct world *world, int code, const char *reason)
{
    struct agent_world *agent = (struct agent_world *)world;
    struct link_message message = word(agent, LINK_FAILED);

    message.code = (uint32_t)code;
    say(agent, message, reason, strnlen(reason, LINK_REASON - 1), NULL);
}

/* Beginning and end. */

static void agent_free(struct world *world)
{
    struct agent_world *agent = (struct agent_world *)world;

    tcp_listener_free(agent->listener);
    munmap(agent->page, LINK_PAGE);
    munmap((void *)agent->control, LINK_PAGE);
    close(agent->socket);
    free(agent->words);
    free(agent);
}

/* Reads a descriptor's number from the environment. Returns it, or -1. */
static int descriptor_of(const char *name)
{
    const char *text = getenv(name);
    int64_t number;

    return text && text_integer(text, 0, INT32_MAX, &number) == 0 ? (int)number : -1;
}

static void *page_map(const char *name, int access, struct error *error)
{
    CLEAN_FD int descriptor = descriptor_of(name);
    void *page;

    if (descriptor < 0) {
        error_set(error, "%s is not the number of a descriptor", name);
        return NULL;
    }
    page = mmap(NULL, LINK_PAGE, access, MAP_SHARED, descriptor, 0);
    if (page == MAP_FAILED) {
        error_errno(error, "cannot map %s", name);
        return NULL;
    }
    return page;
}

int world_agent_new(struct world **world, struct error *error)
{
    static const struct world_table table = {.join = agent_join,
                                             .progress = agent_progress,
                                             .restored = agent_restored,
                                             .saved = agent_saved,
                                             .draining = agent_draining,
                                             .over = agent_over,
                                             .finish = agent_finish,
                                             .failed = agent_failed,
                                             .free = agent_free};
    CLEAN_FD int socket = descriptor_of("MUSTER_LINK");
    struct agent_world *agent;
    void *page;
    void *control;

    if (!getenv("MUSTER_LINK"))
        return 1;
    if (socket < 0)
        return error_set(error, "MUSTER_LINK is not the number of a descriptor");
    page = page_map("MUSTER_PAGE", PROT_READ | PROT_WRITE, error);
    if (!page)
        return -1;
    control = page_map("MUSTER_CONTROL", PROT_READ, error);
    if (!control) {
        munmap(page, LINK_PAGE);
        return -1;
    }
    agent = memory_get(1, sizeof *agent);
    agent->world.table = &table;
    agent->socket = TAKE_FD(socket);
    agent->page = page;
    agent->control = control;
    agent->host = getenv("MUSTER_HOST") ? getenv("MUSTER_HOST") : "127.0.0.1";
    agent->committed = WORLD_NO_STATE;
    agent->words = memory_get(1, LINK_MESSAGE);
    atomic_store(&agent->page->version, LINK_VERSION);
    *world = &agent->world;
    return 0;
}
