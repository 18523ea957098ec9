/* controller - the loop around reconcile: what its files share, and running it.
 *
 *   observe    what the API server tells of jobs and pods goes into their dossiers
 *   attend     the desk of each running attempt: reports, quorum
 *   issuer     who signs the tokens of pods
 *   admission  whether an agent that enrols is what it says
 *   nodes      whether a node is lost
 *   dial       how an agent stands
 *   decide     a dossier that is due becomes an observation, a plan, an execution
 *   execute    the plan becomes requests, and their answers go into the dossier
 *   overview   metrics and health */
#ifndef CONTROLLER_CONTROLLER_H
#define CONTROLLER_CONTROLLER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/http.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/metrics.h"
#include "controller/arguments.h"
#include "controller/directory.h"
#include "controller/issuer.h"
#include "controller/keyring.h"
#include "kube/client.h"
#include "kube/informer.h"

struct cluster;
struct node;

struct controller {
    const struct arguments *arguments;
    struct log log;
    struct loop loop;
    struct watch signals;
    struct rpc *rpc;
    struct client *client;
    struct keyring keyring;
    struct issuer issuer;
    struct directory *directory;
    int agent_port; /* where agents listen */
    struct informer *jobs;
    struct informer *pods;
    bool jobs_listed; /* all that there was has been told */
    bool pods_listed;
    bool jobs_well; /* the stream is open */
    bool pods_well;
    unsigned jobs_mark; /* of the list under way */
    unsigned pods_mark;
    void *dossiers; /* tree of tsearch, by uid */
    size_t dossier_count;
    struct admission *admissions; /* that wait for keys */
    struct node *nodes;           /* that were asked about */
    struct http_server *http;
    struct metrics metrics;
};

/* Runs until SIGTERM or SIGINT. Returns the exit code. */
int controller_run(const struct arguments *arguments);

/* Begins to serve a cluster, which is taken over when its client could be made. The owner has set
 * arguments and log of a zeroed controller and begun its loop, which it runs then. Returns 0 or -1;
 * controller_end is owed in both cases. */
int controller_begin(struct controller *controller, struct cluster *cluster, struct error *error);
void controller_end(struct controller *controller);

/* Whether everything was read, so that it can be decided. */
bool controller_ready(const struct controller *controller);

#endif
