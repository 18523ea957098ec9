/* libmuster - a trainer's end of the link to the agent that started it (wire/link.h).
 *
 * It is built into a library of its own and needs nothing of the others. */
#include "wire/libmuster.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/link.h"

_Static_assert(MUSTER_BLOB == LINK_BLOB && MUSTER_RESULT == LINK_RESULT, "as the link has it");
_Static_assert(MUSTER_REASON == LINK_REASON && MUSTER_NO_STATE == LINK_NO_STATE, "the same");
_Static_assert((int)MUSTER_PHASE_DONE == LINK_PHASE_DONE, "the same phases");
_Static_assert((int)MUSTER_BAD_INPUT == LINK_EXIT_INPUT, "the same exit codes");

struct muster {
    int socket;
    struct link_page *page;
    const struct link_control *control;
    bool greeted;
    bool pending; /* `place` was assigned and not given out yet */
    struct link_message place;
    _Atomic uint64_t current; /* its generation while it is not over, else 0; any thread may look */
    uint32_t blob_count;      /* of the newest go */
    int64_t base;             /* committed when the generation began */
    bool unsaved;             /* the agent was told that checkpoints cannot be written */
    char reason[MUSTER_REASON];
    unsigned char words[LINK_MESSAGE]; /* the newest message with its tail, */
    size_t heard;                      /* of so many bytes */
};

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_BOOTTIME, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t load(const _Atomic int64_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

static void store(_Atomic int64_t *value, int64_t number)
{
    atomic_store_explicit(value, number, memory_order_relaxed);
}

static int fail(struct muster *muster, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct muster *muster, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(muster->reason, sizeof muster->reason, format, arguments);
    va_end(arguments);
    return -1;
}

const char *muster_reason(const struct muster *muster)
{
    return muster->reason;
}

/* Words. */

/* A message about the current place, with what is final when it says that it was left. */
static struct link_message word(const struct muster *muster, enum link_type type)
{
    return (struct link_message){.type = type,
                                 .generation = muster->place.generation,
                                 .committed = load(&muster->page->committed),
                                 .begun = load(&muster->page->begun)};
}

static int say(struct muster *muster, struct link_message message, const void *tail, size_t size)
{
    struct iovec parts[2] = {{&message, sizeof message}, {(void *)tail, size}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = size ? 2 : 1};
    ssize_t sent;

    message.tail = (uint32_t)size;
    do
        sent = sendmsg(muster->socket, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? fail(muster, "cannot speak to the agent: %s", strerror(errno)) : 0;
}

static int say_reason(struct muster *muster, struct link_message message, const char *reason)
{
    return say(muster, message, reason, strnlen(reason, MUSTER_REASON - 1));
}

/* Waits for the next word of the agent. */
static int hear(struct muster *muster, struct link_message *message)
{
    ssize_t got;

    do
        got = recv(muster->socket, muster->words, sizeof muster->words, 0);
    while (got < 0 && errno == EINTR);
    muster->blob_count = 0;
    if (got < 0)
        return fail(muster, "cannot hear the agent: %s", strerror(errno));
    if (got == 0)
        return fail(muster, "the agent and its keeper are gone");
    if ((size_t)got >= sizeof *message)
        memcpy(message, muster->words, sizeof *message);
    if ((size_t)got < sizeof *message || message->tail != (size_t)got - sizeof *message)
        return fail(muster, "the agent sent a message of %zd bytes", got);
    muster->heard = (size_t)got;
    return 0;
}

/* What every wait does with a word. Returns 0 when the wait goes on or `message` is its own to look
 * at; MUSTER_AGAIN when the place is over; MUSTER_LEAVE; or -1. */
static int serve(struct muster *muster, const struct link_message *message)
{
    switch (message->type) {
    case LINK_LEAVE:
        return MUSTER_LEAVE;
    case LINK_REVOKE:
        muster->pending = false;
        atomic_store(&muster->current, 0);
        return say(muster, word(muster, LINK_QUIET), NULL, 0) ? -1 : MUSTER_AGAIN;
    case LINK_ASSIGN:
        if (!message->generation || message->size == 0 || message->size > LINK_RANKS ||
            message->rank >= message->size)
            return fail(muster, "rank %u of %u is no place", message->rank, message->size);
        muster->place = *message;
        muster->pending = true;
        atomic_store(&muster->current, message->generation);
        return MUSTER_AGAIN;
    default:
        return 0;
    }
}

/* Joining. */

int muster_wait(struct muster *muster, struct muster_place *place)
{
    struct link_message message;
    int outcome;

    if (!muster->greeted && say(muster, word(muster, LINK_HELLO), NULL, 0))
        return -1;
    muster->greeted = true;
    while (!muster->pending) {
        if (hear(muster, &message))
            return -1;
        outcome = serve(muster, &message);
        if (outcome < 0 || outcome == MUSTER_LEAVE)
            return outcome;
    }
    muster->pending = false;
    *place = (struct muster_place){.generation = muster->place.generation,
                                   .attempt = muster->place.attempt,
                                   .rank = muster->place.rank,
                                   .size = muster->place.size,
                                   .local_rank = muster->place.local_rank,
                                   .local_size = muster->place.local_size};
    return 0;
}

int muster_ready(struct muster *muster, const void *blob, size_t size)
{
    if (size > MUSTER_BLOB)
        return fail(muster, "a blob of %zu bytes; at most %d are allowed", size, MUSTER_BLOB);
    return say(muster, word(muster, LINK_READY), blob, size);
}

/* The blobs behind the newest message: how many bytes the `index`-th has; -1 when it is not whole.
 */
static int blob_at(const struct muster *muster, uint32_t index, const unsigned char **bytes)
{
    const unsigned char *next = muster->words + sizeof(struct link_message);
    const unsigned char *end = muster->words + muster->heard;
    uint16_t size = 0;

    for (uint32_t i = 0; i <= index; i++) {
        next += size;
        if ((size_t)(end - next) < sizeof size)
            return -1;
        memcpy(&size, next, sizeof size);
        next += sizeof size;
        if (size > MUSTER_BLOB || (size_t)(end - next) < size)
            return -1;
    }
    *bytes = next;
    return size;
}

/* The generation begins. */
static int begin(struct muster *muster)
{
    const unsigned char *bytes;

    if (blob_at(muster, muster->place.size - 1, &bytes) < 0)
        return fail(muster, "the agent sent malformed blobs");
    muster->blob_count = muster->place.size;
    muster->base = load(&muster->page->committed);
    atomic_store_explicit(&muster->page->sequence, 0, memory_order_relaxed);
    atomic_store_explicit(&muster->page->computed, 0, memory_order_relaxed);
    atomic_store_explicit(&muster->page->work, 0, memory_order_relaxed);
    store(&muster->page->restored, 0);
    store(&muster->page->stepped, 0);
    atomic_store_explicit(
        &muster->page->generation, muster->place.generation, memory_order_release);
    return 0;
}

int muster_go(struct muster *muster, int64_t *restore)
{
    struct link_message message;
    int outcome = atomic_load(&muster->current) ? 0 : MUSTER_AGAIN;

    while (!outcome) {
        if (hear(muster, &message))
            return -1;
        outcome = serve(muster, &message);
        if (!outcome && message.type == LINK_GO && message.generation == muster->place.generation) {
            *restore = message.committed;
            return begin(muster);
        }
    }
    return outcome;
}

const void *muster_blob(const struct muster *muster, uint32_t rank, size_t *size)
{
    const unsigned char *bytes = NULL;
    int found = rank < muster->blob_count ? blob_at(muster, rank, &bytes) : -1;

    *size = found < 0 ? 0 : (size_t)found;
    return found < 0 ? NULL : bytes;
}

bool muster_revoked(const struct muster *muster)
{
    struct pollfd waiting = {.fd = muster->socket, .events = POLLIN};
    uint64_t current = atomic_load(&muster->current);

    return !current || atomic_load(&muster->control->revoked) >= current ||
           poll(&waiting, 1, 0) != 0;
}

int muster_descriptor(const struct muster *muster)
{
    return muster->socket;
}

void muster_broken(struct muster *muster, const char *reason)
{
    if (atomic_load(&muster->current))
        say_reason(muster, word(muster, LINK_BROKEN), reason);
}

/* Saying how it is. */

static void committed_store(struct muster *muster, int64_t step)
{
    store(&muster->page->committed, step);
    if (step > muster->base && load(&muster->page->restored) && !load(&muster->page->stepped))
        store(&muster->page->stepped, now());
}

void muster_restored(struct muster *muster, int64_t committed)
{
    muster->base = committed;
    store(&muster->page->committed, committed);
    store(&muster->page->restored, now());
}

void muster_begin(struct muster *muster, int64_t step)
{
    atomic_store_explicit(&muster->page->phase, LINK_PHASE_TRAIN, memory_order_relaxed);
    store(&muster->page->begun, step);
}

void muster_commit(struct muster *muster, int64_t step, double loss)
{
    atomic_store_explicit(&muster->page->loss, loss, memory_order_relaxed);
    committed_store(muster, step);
}

void muster_progress(struct muster *muster, const struct muster_progress *progress)
{
    struct link_page *page = muster->page;

    store(&page->begun, progress->begun);
    store(&page->total, progress->total);
    store(&page->epoch, progress->epoch);
    atomic_store_explicit(&page->samples, progress->samples, memory_order_relaxed);
    atomic_store_explicit(&page->loss, progress->loss, memory_order_relaxed);
    atomic_store_explicit(&page->accuracy, progress->accuracy, memory_order_relaxed);
    store(&page->validated, progress->validated);
    muster_phase(muster, progress->phase);
    committed_store(muster, progress->committed);
}

void muster_phase(struct muster *muster, enum muster_phase phase)
{
    atomic_store_explicit(&muster->page->phase, (uint32_t)phase, memory_order_relaxed);
}

void muster_collective(struct muster *muster)
{
    atomic_fetch_add_explicit(&muster->page->sequence, 1, memory_order_relaxed);
}

uint64_t *muster_collectives(struct muster *muster)
{
    return (uint64_t *)&muster->page->sequence;
}

void muster_computed(struct muster *muster, int64_t nanoseconds, uint64_t work)
{
    struct link_page *page = muster->page;
    uint64_t time = nanoseconds > 0 ? (uint64_t)nanoseconds : 0;

    atomic_fetch_add_explicit(&page->computed, time, memory_order_relaxed);
    atomic_fetch_add_explicit(&page->work, work, memory_order_relaxed);
}

void muster_saved(struct muster *muster, int64_t step)
{
    store(&muster->page->saved, step);
    if (muster->unsaved)
        say(muster, word(muster, LINK_UNSAVED), NULL, 0);
    muster->unsaved = false;
}

void muster_unsaved(struct muster *muster, const char *reason)
{
    muster->unsaved = true;
    say_reason(muster, word(muster, LINK_UNSAVED), reason);
}

bool muster_draining(const struct muster *muster)
{
    return atomic_load_explicit(&muster->control->draining, memory_order_relaxed);
}

bool muster_handing_over(const struct muster *muster)
{
    return atomic_load_explicit(&muster->control->draining, memory_order_relaxed) ==
           LINK_DRAIN_HAND_OVER;
}

int muster_done(struct muster *muster, bool stopped, const char *result)
{
    struct link_message message = word(muster, LINK_DONE);
    int outcome = 0;

    message.code = stopped;
    if (!load(&muster->page->stepped)) /* there was nothing left to do in this generation */
        store(&muster->page->stepped, now());
    if (say(muster, message, result, strnlen(result, MUSTER_RESULT)))
        return -1;
    while (!outcome) {
        if (hear(muster, &message))
            return -1;
        outcome = serve(muster, &message);
    }
    return outcome;
}

void muster_failed(struct muster *muster, enum muster_failure failure, const char *reason)
{
    struct link_message message = word(muster, LINK_FAILED);

    message.code = (uint32_t)failure;
    say_reason(muster, message, reason);
}

/* Beginning and end. */

/* Reads a descriptor's number from the environment. Returns it, or -1. */
static int descriptor_of(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long number;

    if (!text || *text < '0' || *text > '9')
        return -1;
    errno = 0;
    number = strtol(text, &end, 10);
    return *end || errno || number > INT32_MAX ? -1 : (int)number;
}

/* Maps a page and closes its descriptor. Returns NULL with the reason. */
static void *page_map(const char *name, int access, char reason[MUSTER_REASON])
{
    int descriptor = descriptor_of(name);
    void *page;

    if (descriptor < 0) {
        snprintf(reason, MUSTER_REASON, "%s is not the number of a descriptor", name);
        return NULL;
    }
    page = mmap(NULL, LINK_PAGE, access, MAP_SHARED, descriptor, 0);
    if (page == MAP_FAILED)
        snprintf(reason, MUSTER_REASON, "cannot map %s: %s", name, strerror(errno));
    close(descriptor);
    return page == MAP_FAILED ? NULL : page;
}

int muster_open(struct muster **muster, char reason[MUSTER_REASON])
{
    struct muster *made;

    if (!getenv("MUSTER_LINK"))
        return MUSTER_ALONE;
    made = calloc(1, sizeof *made);
    if (!made) {
        snprintf(reason, MUSTER_REASON, "no memory for the link");
        return -1;
    }
    made->socket = descriptor_of("MUSTER_LINK");
    if (made->socket < 0)
        snprintf(reason, MUSTER_REASON, "MUSTER_LINK is not the number of a descriptor");
    else
        made->page = page_map("MUSTER_PAGE", PROT_READ | PROT_WRITE, reason);
    if (made->page)
        made->control = page_map("MUSTER_CONTROL", PROT_READ, reason);
    if (!made->control) {
        muster_close(made);
        return -1;
    }
    store(&made->page->committed, MUSTER_NO_STATE);
    atomic_store(&made->page->version, LINK_VERSION);
    *muster = made;
    return 0;
}

void muster_close(struct muster *muster)
{
    if (!muster)
        return;
    if (muster->page)
        munmap(muster->page, LINK_PAGE);
    if (muster->control)
        munmap((void *)muster->control, LINK_PAGE);
    if (muster->socket >= 0)
        close(muster->socket);
    free(muster);
}
