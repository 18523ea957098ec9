/* controller - beginning and end of the controller. */
#include "controller/controller.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "controller/admission.h"
#include "controller/decide.h"
#include "controller/nodes.h"
#include "controller/observe.h"
#include "controller/overview.h"
#include "kube/discover.h"

bool controller_ready(const struct controller *controller)
{
    return controller->keyring.ready && controller->jobs_listed && controller->pods_listed;
}

static void on_key(void *context)
{
    struct controller *controller = context;

    log_info(&controller->log, "the key is there");
    decide_all(controller);
}

static void on_signal(void *context, uint32_t events)
{
    struct controller *controller = context;
    struct signalfd_siginfo signal;

    (void)events;
    if (read(controller->signals.descriptor, &signal, sizeof signal) == (ssize_t)sizeof signal)
        loop_stop(&controller->loop);
}

/* Returns the descriptor that signals come by, or -1. */
static int signals_open(struct controller *controller, struct error *error)
{
    CLEAN_FD int descriptor = -1;
    sigset_t taken;

    sigemptyset(&taken);
    sigaddset(&taken, SIGINT);
    sigaddset(&taken, SIGTERM);
    sigprocmask(SIG_BLOCK, &taken, NULL);
    signal(SIGPIPE, SIG_IGN);
    controller->signals = (struct watch){.call = on_signal, .context = controller};
    descriptor = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor < 0)
        return error_errno(error, "cannot watch signals");
    if (loop_add(&controller->loop, &controller->signals, descriptor, EPOLLIN, error))
        return -1;
    return TAKE_FD(descriptor);
}

static void key_open(struct controller *controller)
{
    const char *space = client_space(controller->client);

    controller->keyring = (struct keyring){.client = controller->client,
                                           .space = space ? space : "default",
                                           .log = &controller->log,
                                           .opened = on_key,
                                           .context = controller};
    if (*controller->arguments->key)
        keyring_take(&controller->keyring, controller->arguments->key);
    else
        keyring_open(&controller->keyring);
}

int controller_begin(struct controller *controller, struct cluster *cluster, struct error *error)
{
    const struct directory_settings directory = {
        .listen = controller->arguments->listen, .verify = admission_verify, .context = controller};

    if (client_new(&controller->loop, cluster, &controller->client, error) ||
        overview_open(controller, error))
        return -1;
    controller->rpc = rpc_new(&controller->loop, error);
    if (!controller->rpc)
        return -1;
    controller->directory = directory_open(controller->rpc, &directory, error);
    if (!controller->directory)
        return -1;
    key_open(controller);
    observe_start(controller);
    return 0;
}

void controller_end(struct controller *controller)
{
    if (controller->jobs)
        observe_stop(controller);
    admission_close(controller);
    while (controller->dossiers)
        decide_forget(*(struct dossier **)controller->dossiers);
    nodes_close(controller);
    keyring_done(&controller->keyring);
    directory_close(controller->directory);
    if (controller->rpc)
        rpc_free(controller->rpc);
    overview_close(controller);
    client_free(controller->client);
}

/* From the loop's beginning to its end. */
static int serve(struct controller *controller, struct error *error)
{
    const struct discover_wish wish = {.kubeconfig = controller->arguments->kubeconfig};
    CLEAN_FD int signals = signals_open(controller, error);
    CLEAN(cluster) struct cluster cluster = {0};
    int outcome;

    if (signals < 0 || discover_cluster(&wish, &cluster, error))
        return -1;
    log_info(&controller->log, "the API server is at %s", cluster.server);
    outcome = controller_begin(controller, &cluster, error);
    if (!outcome)
        outcome = loop_run(&controller->loop, error);
    controller_end(controller);
    return outcome;
}

int controller_run(const struct arguments *arguments)
{
    CLEAN_FREE struct controller *controller = memory_get(1, sizeof *controller);
    struct error error;
    int outcome;

    controller->arguments = arguments;
    controller->log = (struct log){arguments->log_level, "controller"};
    outcome = loop_init(&controller->loop, &error);
    if (!outcome) {
        outcome = serve(controller, &error);
        loop_done(&controller->loop);
    }
    if (outcome)
        fprintf(stderr, "muster-controller: %s\n", error.text);
    return outcome ? 1 : 0;
}
