/* exposition - metrics and health of an agent over HTTP. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/version.h"

enum family {
    BUILD_INFO,
    MEMBER_STATE,
    LEADING,
    GENERATION,
    RANK_STATE,
    RANK_UP,
    STEP,
    STEPS_TOTAL,
    LOSS,
    ACCURACY,
    SAMPLES,
    SAVED_STEP,
    SAVE_FAILING,
    REPAIRS,
    REPAIR_SECONDS,
    STEPS_REDONE,
    DIRECTORY_UP,
    BEATS_MISSED,
    LEASES_EXPIRED,
    SESSIONS_REPLACED,
    HANGS,
    CERTIFICATE_END,
    REFUSED,
    FAMILIES
};

static const struct metric_family families[FAMILIES] = {
    [BUILD_INFO] = {"muster_build_info", "Version of the program.", METRIC_GAUGE},
    [MEMBER_STATE] = {"muster_agent_state", "1 for the state this agent is in.", METRIC_GAUGE},
    [LEADING] = {"muster_agent_lead", "Whether this agent leads its job.", METRIC_GAUGE},
    [GENERATION] = {"muster_generation", "Newest decided generation known here.", METRIC_GAUGE},
    [RANK_STATE] = {"muster_rank_state", "1 for the state each rank is in.", METRIC_GAUGE},
    [RANK_UP] = {"muster_rank_up", "Whether the rank's process lives.", METRIC_GAUGE},
    [STEP] = {"muster_step", "Steps committed.", METRIC_GAUGE},
    [STEPS_TOTAL] = {"muster_steps_planned", "Steps of the whole training.", METRIC_GAUGE},
    [LOSS] = {"muster_loss", "Loss of the newest step.", METRIC_GAUGE},
    [ACCURACY] = {"muster_accuracy_ratio", "Accuracy of the newest validation.", METRIC_GAUGE},
    [SAMPLES] = {"muster_samples_total", "Samples trained on by the job.", METRIC_COUNTER},
    [SAVED_STEP] = {"muster_checkpoint_step", "Steps in the newest checkpoint.", METRIC_GAUGE},
    [SAVE_FAILING] = {"muster_checkpoint_failing",
                      "1 while checkpoints cannot be written.",
                      METRIC_GAUGE},
    [REPAIRS] = {"muster_repairs_total", "Repairs led by this agent, by cause.", METRIC_COUNTER},
    [REPAIR_SECONDS] = {"muster_repair_seconds_total",
                        "Time from fault to first step, by cause.",
                        METRIC_COUNTER},
    [STEPS_REDONE] = {"muster_steps_redone_total",
                      "Steps that repairs had to do again.",
                      METRIC_COUNTER},
    [DIRECTORY_UP] = {"muster_directory_up", "Whether the directory answers.", METRIC_GAUGE},
    [BEATS_MISSED] = {"muster_agent_beats_missed_total",
                      "Beats of other agents that did not come in time.",
                      METRIC_COUNTER},
    [LEASES_EXPIRED] = {"muster_agent_leases_expired_total",
                        "Sessions that were silent for their lease.",
                        METRIC_COUNTER},
    [SESSIONS_REPLACED] = {"muster_agent_sessions_replaced_total",
                           "Silent sessions whose peer answered on a new one.",
                           METRIC_COUNTER},
    [HANGS] = {"muster_agent_hangs_total",
               "Hangs that this agent saw as the lead: of a rank, or of all.",
               METRIC_COUNTER},
    [CERTIFICATE_END] = {"muster_certificate_end_seconds",
                         "When this agent's certificate ends, since 1970.",
                         METRIC_GAUGE},
    [REFUSED] = {"muster_peers_refused_total",
                 "Calls and messages of others than who may send them here.",
                 METRIC_COUNTER},
};

static void rank_expose(struct agent *agent, uint32_t index)
{
    const struct link_page *page = agent->links[index].page;
    enum rank_state state = agent->ranks.items[index].state;
    struct metrics *metrics = &agent->metrics;
    char labels[96];

    snprintf(labels,
             sizeof labels,
             "local_rank=\"%u\",state=\"%s\"",
             (unsigned)index,
             rank_state_name(state));
    metrics_set(metrics, RANK_STATE, labels, 1);
    snprintf(labels, sizeof labels, "local_rank=\"%u\"", (unsigned)index);
    metrics_set(metrics, RANK_UP, labels, rank_lives(agent->ranks.kind, state));
    if (!page)
        return;
    metrics_set(metrics, STEP, labels, (double)atomic_load(&page->committed));
    metrics_set(metrics, STEPS_TOTAL, labels, (double)atomic_load(&page->total));
    metrics_set(metrics, LOSS, labels, atomic_load(&page->loss));
    metrics_set(metrics, ACCURACY, labels, atomic_load(&page->accuracy));
    metrics_set(metrics, SAMPLES, labels, (double)atomic_load(&page->samples));
    metrics_set(metrics, SAVED_STEP, labels, (double)atomic_load(&page->saved));
}

static void peers_expose(struct agent *agent)
{
    const struct peers_counts counts = peers_counts(agent->peers);
    struct metrics *metrics = &agent->metrics;

    metrics_set(metrics, BEATS_MISSED, "", (double)counts.missed);
    metrics_set(metrics, LEASES_EXPIRED, "", (double)counts.expired);
    metrics_set(metrics, SESSIONS_REPLACED, "", (double)counts.replaced);
    metrics_set(metrics, REFUSED, "", (double)counts.refused);
    metrics_set(metrics, HANGS, "of=\"rank\"", (double)agent->hangs[HANG_RANK]);
    metrics_set(metrics, HANGS, "of=\"all\"", (double)agent->hangs[HANG_ALL]);
}

static int metrics_fill(void *context, struct text *body)
{
    struct agent *agent = context;
    struct metrics *metrics = &agent->metrics;
    char labels[64];

    metrics_set(metrics, BUILD_INFO, "version=\"" MUSTER_VERSION "\"", 1);
    metrics_clear(metrics, MEMBER_STATE);
    snprintf(labels, sizeof labels, "state=\"%s\"", member_state_name(agent->member.state));
    metrics_set(metrics, MEMBER_STATE, labels, 1);
    metrics_set(metrics, LEADING, "", agent->lead.state != LEAD_ASLEEP);
    metrics_set(metrics, GENERATION, "", (double)agent->member.base.generation);
    metrics_set(metrics, SAVE_FAILING, "", agent->unsaved[0] != '\0');
    metrics_set(metrics, DIRECTORY_UP, "", agent->standing == DIRECTORY_ANSWERS);
    peers_expose(agent);
    metrics_set(metrics, CERTIFICATE_END, "", (double)agent->papers.ends);
    metrics_clear(metrics, RANK_STATE);
    for (uint32_t i = 0; i < agent->ranks.count; i++)
        rank_expose(agent, i);
    metrics_print(metrics, body);
    return 200;
}

static int health_fill(void *context, struct text *body)
{
    const struct agent *agent = context;

    text_addf(body, "%s\n", member_state_name(agent->member.state));
    return 200;
}

static const struct http_route routes[] = {
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", metrics_fill},
    {"/healthz", "text/plain; charset=utf-8", health_fill},
};

int exposition_open(struct agent *agent, struct error *error)
{
    const struct http_service service = {routes, sizeof routes / sizeof *routes, agent};

    metrics_init(&agent->metrics, families, FAMILIES);
    if (!agent->settings->metrics)
        return 0;
    return http_start(&agent->loop, agent->settings->metrics, &service, &agent->http, error);
}

void exposition_close(struct agent *agent)
{
    http_stop(agent->http);
    metrics_done(&agent->metrics);
}

void exposition_repair(struct agent *agent, const struct incident *incident)
{
    char labels[64];

    snprintf(labels, sizeof labels, "cause=\"%s\"", cause_name(incident->cause));
    metrics_add(&agent->metrics, REPAIRS, labels, 1);
    metrics_add(&agent->metrics,
                REPAIR_SECONDS,
                labels,
                clock_to_ms(incident->stepped - incident->seen) / 1000);
    metrics_add(&agent->metrics, STEPS_REDONE, "", (double)incident->steps_redone);
}
