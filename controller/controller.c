/* controller - beginning and end of the controller. */
#include "controller/controller.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/signals.h"
#include "controller/admission.h"
#include "controller/decide.h"
#include "controller/nodes.h"
#include "controller/observe.h"
#include "controller/overview.h"
#include "controller/pod.h"
#include "kube/discover.h"

bool controller_ready(const struct controller *controller)
{
    return controller->keyring.ready && controller->jobs_listed && controller->pods_listed;
}

static void on_key(void *context)
{
    struct controller *controller = context;

    log_info(&controller->log, "the authority is there");
    directory_authority(controller->directory, &controller->keyring.authority);
    decide_all(controller);
}

static void on_refused(void *context, const char *why)
{
    overview_refused(context, why);
}

static void on_keys(void *context)
{
    admission_resume(context);
}

static void on_signal(void *context, uint32_t events)
{
    struct controller *controller = context;

    (void)events;
    if (signals_next(&controller->signals))
        loop_stop(&controller->loop);
}

static int key_open(struct controller *controller, struct error *error)
{
    const char *space = client_space(controller->client);

    controller->keyring = (struct keyring){.client = controller->client,
                                           .space = space ? space : "default",
                                           .log = &controller->log,
                                           .changed = on_key,
                                           .context = controller};
    if (controller->arguments->own_authority)
        return keyring_own(&controller->keyring, error);
    keyring_open(&controller->keyring);
    return 0;
}

int controller_begin(struct controller *controller, struct cluster *cluster, struct error *error)
{
    const struct directory_settings directory = {.listen = controller->arguments->listen,
                                                 .verify = admission_verify,
                                                 .refused = on_refused,
                                                 .context = controller};

    if (client_new(&controller->loop, cluster, &controller->client, error) ||
        overview_open(controller, error))
        return -1;
    controller->rpc = rpc_new(&controller->loop, error);
    if (!controller->rpc)
        return -1;
    controller->directory = directory_open(controller->rpc, &directory, error);
    if (!controller->directory)
        return -1;
    controller->agent_port = POD_AGENT_PORT;
    if (key_open(controller, error))
        return -1;
    controller->issuer = (struct issuer){.client = controller->client,
                                         .log = &controller->log,
                                         .read = on_keys,
                                         .context = controller};
    issuer_open(&controller->issuer);
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
    issuer_done(&controller->issuer);
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
    CLEAN(cluster) struct cluster cluster = {0};
    int outcome;

    if (discover_cluster(&wish, &cluster, error))
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
    static const int taken[] = {SIGINT, SIGTERM, 0};
    CLEAN_FREE struct controller *controller = memory_get(1, sizeof *controller);
    struct error error;
    int outcome;

    controller->arguments = arguments;
    controller->log = (struct log){arguments->log_level, "controller"};
    controller->signals = (struct watch){.call = on_signal, .context = controller};
    outcome = loop_init(&controller->loop, &error);
    if (!outcome) {
        outcome = signals_open(&controller->loop, &controller->signals, taken, &error);
        if (!outcome) {
            outcome = serve(controller, &error);
            signals_done(&controller->loop, &controller->signals);
        }
        loop_done(&controller->loop);
    }
    if (outcome)
        fprintf(stderr, "muster-controller: %s\n", error.text);
    return outcome ? 1 : 0;
}
