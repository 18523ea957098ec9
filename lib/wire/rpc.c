/* rpc - the library's thread, its completions, and their way to the loop.
 *
 * One completion queue, one thread that waits on it, one list under a mutex, one eventfd.
 * Everything else of the seam runs on the loop's thread. */
#include "wire/rpc.h"

#include <assert.h>
#include <grpc/support/log.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "wire/rpc_private.h"

/* gRPC hands an operation from the thread that begins it to the one that waits for completions. It
 * is not built for ThreadSanitizer, which does not see that and has to be told. */
#if defined(__SANITIZE_THREAD__)
#define THREADS_WATCHED
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREADS_WATCHED
#endif
#endif
#ifdef THREADS_WATCHED
#include <sanitizer/tsan_interface.h>
#define HAND_OVER(operation) __tsan_release(operation)
#define TAKE_OVER(operation) __tsan_acquire(operation)
#else
#define HAND_OVER(operation) ((void)(operation))
#define TAKE_OVER(operation) ((void)(operation))
#endif

void *rpc_begin(struct rpc *rpc, struct rpc_operation *operation)
{
    rpc->outstanding++;
    HAND_OVER(operation);
    return operation;
}

char *rpc_header(const char *credential)
{
    struct text header = {0};

    text_addf(&header, RPC_HEADER_WORD "%s", credential);
    return header.data;
}

static void completion_put(struct rpc *rpc, struct rpc_operation *operation)
{
    bool was_empty;
    uint64_t one = 1;
    ssize_t written;

    operation->next = NULL;
    pthread_mutex_lock(&rpc->mutex);
    was_empty = !rpc->first;
    *rpc->last = operation;
    rpc->last = &operation->next;
    pthread_mutex_unlock(&rpc->mutex);
    if (was_empty) {
        written = write(rpc->watch.descriptor, &one, sizeof one);
        (void)written; /* an eventfd takes a one at any time */
    }
}

static void *queue_wait(void *context)
{
    struct rpc *rpc = context;

    for (;;) {
        grpc_event event =
            grpc_completion_queue_next(rpc->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
        struct rpc_operation *operation = event.tag;

        if (event.type == GRPC_QUEUE_SHUTDOWN)
            return NULL;
        TAKE_OVER(operation);
        operation->success = event.success;
        completion_put(rpc, operation);
    }
}

static void completions_run(struct rpc *rpc)
{
    struct rpc_operation *operation;
    uint64_t count;
    ssize_t got = read(rpc->watch.descriptor, &count, sizeof count);

    (void)got;
    pthread_mutex_lock(&rpc->mutex);
    operation = rpc->first;
    rpc->first = NULL;
    rpc->last = &rpc->first;
    pthread_mutex_unlock(&rpc->mutex);
    while (operation) {
        struct rpc_operation *next = operation->next;

        rpc->outstanding--;
        operation->done(operation);
        operation = next;
    }
}

static void completions_ready(void *context, uint32_t events)
{
    (void)events;
    completions_run(context);
}

/* The library reports through outcomes; what it would print is not for the user. */
static void library_silence(gpr_log_func_args *arguments)
{
    (void)arguments;
}

/* Starts the thread with all signals blocked: they are the loop's. */
static int thread_start(struct rpc *rpc)
{
    sigset_t all;
    sigset_t before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    grpc_init();
    rpc->queue = grpc_completion_queue_create_for_next(NULL);
    failed = pthread_create(&rpc->thread, NULL, queue_wait, rpc);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

static void library_end(struct rpc *rpc)
{
    grpc_completion_queue_destroy(rpc->queue);
    grpc_shutdown_blocking();
}

struct rpc *rpc_new(struct loop *loop, struct error *error)
{
    struct rpc *rpc = memory_get(1, sizeof *rpc);
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    rpc->loop = loop;
    rpc->last = &rpc->first;
    rpc->watch = (struct watch){.call = completions_ready, .context = rpc};
    pthread_mutex_init(&rpc->mutex, NULL);
    gpr_set_log_function(library_silence);
    if (descriptor < 0) {
        error_errno(error, "cannot create an eventfd");
    } else if (loop_add(loop, &rpc->watch, descriptor, EPOLLIN, error) == 0) {
        if (thread_start(rpc) == 0)
            return rpc;
        error_set(error, "cannot start a thread");
        grpc_completion_queue_shutdown(rpc->queue);
        library_end(rpc);
        loop_remove(loop, &rpc->watch);
    }
    if (descriptor >= 0)
        close(descriptor);
    pthread_mutex_destroy(&rpc->mutex);
    free(rpc);
    return NULL;
}

struct loop *rpc_loop(const struct rpc *rpc)
{
    return rpc->loop;
}

void rpc_free(struct rpc *rpc)
{
    struct pollfd ready;

    if (!rpc)
        return;
    ready = (struct pollfd){.fd = rpc->watch.descriptor, .events = POLLIN};
    while (rpc->calls)
        rpc_drop(rpc->calls);
    while (rpc->outstanding) {
        poll(&ready, 1, -1);
        completions_run(rpc);
    }
    assert(!rpc->calls);
    grpc_completion_queue_shutdown(rpc->queue);
    pthread_join(rpc->thread, NULL);
    library_end(rpc);
    loop_remove(rpc->loop, &rpc->watch);
    close(rpc->watch.descriptor);
    pthread_mutex_destroy(&rpc->mutex);
    free(rpc);
}
