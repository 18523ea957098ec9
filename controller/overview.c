/* overview - metrics and health of the controller. */
#include "controller/overview.h"

#include <stdio.h>

#include "controller/controller.h"
#include "controller/decide.h"

enum family {
    JOBS,
    PODS,
    DECISIONS,
    REQUESTS,
    WINDOW,
    WAITING,
    WATCH_UP,
    ENROLMENTS,
    REFUSED,
    FAMILIES
};

static const struct metric_family families[FAMILIES] = {
    [JOBS] = {"muster_jobs", "TrainingJobs by state.", METRIC_GAUGE},
    [PODS] = {"muster_pods", "Pods of TrainingJobs.", METRIC_GAUGE},
    [DECISIONS] = {"muster_decisions_total",
                   "Decisions about a job, by the policy that had the last word.",
                   METRIC_COUNTER},
    [REQUESTS] = {"muster_api_requests_total", "Requests to the API, by answer.", METRIC_COUNTER},
    [WINDOW] = {"muster_api_writes_allowed", "Writes that may be under way.", METRIC_GAUGE},
    [WAITING] = {"muster_api_writes_waiting", "Writes that wait.", METRIC_GAUGE},
    [ENROLMENTS] = {"muster_enrolments_total",
                    "Agents that showed a token, by what came of it.",
                    METRIC_COUNTER},
    [REFUSED] = {"muster_calls_refused_total",
                 "Calls of agents that were refused because of who made them.",
                 METRIC_COUNTER},
    [WATCH_UP] = {"muster_watch_up", "1 while the watch of a kind is well.", METRIC_GAUGE},
};

static void dossier_count(struct dossier *dossier)
{
    struct metrics *metrics = &dossier->controller->metrics;
    char labels[64];

    metrics_add(metrics, PODS, "", (double)dossier->pod_count);
    if (!dossier->there)
        return;
    snprintf(labels,
             sizeof labels,
             "state=\"%s\"",
             dossier->job.status.state ? status_state_name(dossier->job.status.state) : "New");
    metrics_add(metrics, JOBS, labels, 1);
}

static void client_expose(struct controller *controller)
{
    struct metrics *metrics = &controller->metrics;
    struct client_counts counts;
    char labels[64];

    client_count(controller->client, &counts);
    for (unsigned i = 0; i < ANSWER_CLASSES; i++) {
        snprintf(labels, sizeof labels, "answer=\"%s\"", answer_word(i));
        metrics_set(metrics, REQUESTS, labels, (double)counts.answered[i]);
    }
    metrics_set(metrics, WINDOW, "", counts.window);
    metrics_set(metrics, WAITING, "", counts.waiting);
}

static int metrics_fill(void *context, struct text *body)
{
    struct controller *controller = context;
    struct metrics *metrics = &controller->metrics;

    metrics_clear(metrics, JOBS);
    metrics_clear(metrics, PODS);
    metrics_set(metrics, PODS, "", 0);
    decide_each(controller, dossier_count);
    client_expose(controller);
    metrics_set(metrics, WATCH_UP, "kind=\"trainingjobs\"", controller->jobs_well);
    metrics_set(metrics, WATCH_UP, "kind=\"pods\"", controller->pods_well);
    metrics_print(metrics, body);
    return 200;
}

static int health_fill(void *context, struct text *body)
{
    (void)context;
    text_add(body, "ok\n");
    return 200;
}

static int ready_fill(void *context, struct text *body)
{
    const struct controller *controller = context;

    if (controller_ready(controller) && controller->issuer.keys) {
        text_add(body, "ok\n");
        return 200;
    }
    text_addf(body,
              "authority: %s\ntokens: %s\njobs: %s\npods: %s\n",
              controller->keyring.ready ? "ok" : "not read",
              controller->issuer.keys ? "ok" : "their keys are not read",
              controller->jobs_listed ? "ok" : "not listed",
              controller->pods_listed ? "ok" : "not listed");
    return 503;
}

static const struct http_route routes[] = {
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", metrics_fill},
    {"/healthz", "text/plain; charset=utf-8", health_fill},
    {"/readyz", "text/plain; charset=utf-8", ready_fill},
};

int overview_open(struct controller *controller, struct error *error)
{
    const struct http_service service = {routes, sizeof routes / sizeof *routes, controller};

    metrics_init(&controller->metrics, families, FAMILIES);
    return http_start(
        &controller->loop, controller->arguments->http, &service, &controller->http, error);
}

void overview_close(struct controller *controller)
{
    if (controller->http)
        http_stop(controller->http);
    metrics_done(&controller->metrics);
}

void overview_decided(struct controller *controller, const char *policy)
{
    char labels[64];

    snprintf(labels, sizeof labels, "policy=\"%s\"", policy ? policy : "none");
    metrics_add(&controller->metrics, DECISIONS, labels, 1);
}

void overview_enrolled(struct controller *controller, const char *word)
{
    char labels[64];

    snprintf(labels, sizeof labels, "outcome=\"%s\"", word);
    metrics_add(&controller->metrics, ENROLMENTS, labels, 1);
}

void overview_refused(struct controller *controller, const char *word)
{
    char labels[64];

    snprintf(labels, sizeof labels, "reason=\"%s\"", word);
    metrics_add(&controller->metrics, REFUSED, labels, 1);
}
