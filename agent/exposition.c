/* exposition - metrics and health of an agent over HTTP. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/version.h"

#define LABELS 96

enum family {
    BUILD_INFO,
    MEMBER_STATE,
    LEADING,
    GENERATION,
    GENERATIONS,
    MEMBERS,
    RANK_INFO,
    RANK_STATE,
    RANK_PHASE,
    RANK_UP,
    RANKS_READY,
    RANK_STARTS,
    RANK_FAULTS,
    STEP,
    STEPS_TOTAL,
    STEP_TIME,
    EPOCH,
    LOSS,
    ACCURACY,
    SAMPLES,
    SAVED_STEP,
    SAVE_TIME,
    SAVE_FAILING,
    SAVE_FAILURES,
    REPAIRS,
    REPAIR_SECONDS,
    REPAIR_PHASES,
    STEPS_REDONE,
    INCIDENTS_LOST,
    DIRECTORY_UP,
    BEATS_MISSED,
    LEASES_EXPIRED,
    PROBES,
    SESSIONS_REPLACED,
    HANGS,
    SLOWNESS,
    SLOW_RANKS,
    COMPUTED,
    HEALTH,
    CERTIFICATE_END,
    REFUSED,
    FAMILIES
};

static const struct metric_family families[FAMILIES] = {
    [BUILD_INFO] = {"muster_build_info", "Version of the program.", METRIC_GAUGE},
    [MEMBER_STATE] = {"muster_agent_state", "1 for the state this agent is in.", METRIC_GAUGE},
    [LEADING] = {"muster_agent_lead", "Whether this agent leads its job.", METRIC_GAUGE},
    [GENERATION] = {"muster_generation", "Newest decided generation known here.", METRIC_GAUGE},
    [GENERATIONS] = {"muster_generations_total",
                     "Generations that the ranks here were told to train in.",
                     METRIC_COUNTER},
    [MEMBERS] = {"muster_members", "Agents of the newest decided generation.", METRIC_GAUGE},
    [RANK_INFO] = {"muster_rank_info",
                   "Which rank of the whole job a local one is, while it has a place.",
                   METRIC_GAUGE},
    [RANK_STATE] = {"muster_rank_state", "1 for the state each rank is in.", METRIC_GAUGE},
    [RANK_PHASE] = {"muster_rank_phase", "1 for what each rank says it does.", METRIC_GAUGE},
    [RANK_UP] = {"muster_rank_up", "Whether the rank's process lives.", METRIC_GAUGE},
    [RANKS_READY] = {"muster_ranks_ready", "Ranks here that train.", METRIC_GAUGE},
    [RANK_STARTS] = {"muster_rank_starts_total",
                     "Processes that were started, the first ones too.",
                     METRIC_COUNTER},
    [RANK_FAULTS] = {"muster_rank_faults_total", "Faults of ranks here, by cause.", METRIC_COUNTER},
    [STEP] = {"muster_step", "Steps committed.", METRIC_GAUGE},
    [STEPS_TOTAL] = {"muster_steps_planned", "Steps of the whole training.", METRIC_GAUGE},
    [STEP_TIME] = {"muster_last_step_timestamp_seconds",
                   "When the rank was last seen to have committed a step, since 1970.",
                   METRIC_GAUGE},
    [EPOCH] = {"muster_epoch", "The epoch that is trained, from 1.", METRIC_GAUGE},
    [LOSS] = {"muster_loss", "Loss of the newest step.", METRIC_GAUGE},
    [ACCURACY] = {"muster_accuracy_ratio", "Accuracy of the newest validation.", METRIC_GAUGE},
    [SAMPLES] = {"muster_samples_total", "Samples trained on by the job.", METRIC_COUNTER},
    [SAVED_STEP] = {"muster_checkpoint_step", "Steps in the newest checkpoint.", METRIC_GAUGE},
    [SAVE_FAILING] = {"muster_checkpoint_failing",
                      "1 while checkpoints cannot be written.",
                      METRIC_GAUGE},
    [SAVE_TIME] = {"muster_checkpoint_timestamp_seconds",
                   "When a newer checkpoint was last seen, since 1970.",
                   METRIC_GAUGE},
    [SAVE_FAILURES] = {"muster_checkpoint_failures_total",
                       "Checkpoints that could not be written.",
                       METRIC_COUNTER},
    [REPAIRS] = {"muster_repairs_total",
                 "Repairs led by this agent, by cause and rung of the ladder.",
                 METRIC_COUNTER},
    [REPAIR_SECONDS] = {"muster_repair_seconds_total",
                        "Time from fault to first step, by cause.",
                        METRIC_COUNTER},
    [REPAIR_PHASES] = {"muster_repair_phase_seconds_total",
                       "Time of the same repairs, by what was done in it.",
                       METRIC_COUNTER},
    [STEPS_REDONE] = {"muster_steps_redone_total",
                      "Steps that repairs had to do again.",
                      METRIC_COUNTER},
    [INCIDENTS_LOST] = {"muster_incidents_lost_total",
                        "Incidents that were forgotten before the directory took them.",
                        METRIC_COUNTER},
    [DIRECTORY_UP] = {"muster_directory_up", "Whether the directory answers.", METRIC_GAUGE},
    [BEATS_MISSED] = {"muster_agent_beats_missed_total",
                      "Beats of other agents that did not come in time.",
                      METRIC_COUNTER},
    [LEASES_EXPIRED] = {"muster_agent_leases_expired_total",
                        "Sessions that were silent for their lease.",
                        METRIC_COUNTER},
    [PROBES] = {"muster_agent_probes_total",
                "Connections opened to agents that were silent, to see whether they answer.",
                METRIC_COUNTER},
    [SESSIONS_REPLACED] = {"muster_agent_sessions_replaced_total",
                           "Silent sessions whose peer answered on a new one.",
                           METRIC_COUNTER},
    [HANGS] = {"muster_agent_hangs_total",
               "Hangs that this agent saw as the lead: of a rank, or of all.",
               METRIC_COUNTER},
    [SLOWNESS] = {"muster_rank_slowness_ratio",
                  "Own computing of a rank of the job over the median of all, lately.",
                  METRIC_GAUGE},
    [SLOW_RANKS] = {"muster_slow_ranks_total",
                    "Verdicts that a rank is slow, of this agent as the lead.",
                    METRIC_COUNTER},
    [COMPUTED] = {"muster_rank_compute_seconds_total",
                  "Own computing of a rank in its generation, without waiting for others.",
                  METRIC_COUNTER},
    [HEALTH] = {"muster_agent_health_events_total",
                "Errors of accelerators that the probe told of, by what they ask for.",
                METRIC_COUNTER},
    [CERTIFICATE_END] = {"muster_certificate_end_seconds",
                         "When this agent's certificate ends, since 1970.",
                         METRIC_GAUGE},
    [REFUSED] = {"muster_peers_refused_total",
                 "Calls and messages of others than who may send them here.",
                 METRIC_COUNTER},
};

/* The label of a local rank. */
static void rank_label(uint32_t index, char labels[LABELS])
{
    snprintf(labels, LABELS, "local_rank=\"%u\"", (unsigned)index);
}

/* The sample that is 1 among those of a family that are told apart by a word. */
static void word_expose(
    struct metrics *metrics, enum family family, uint32_t index, const char *key, const char *word)
{
    char labels[LABELS];

    snprintf(labels, sizeof labels, "local_rank=\"%u\",%s=\"%s\"", (unsigned)index, key, word);
    metrics_set(metrics, family, labels, 1);
}

/* What a page says of a number that cannot be below `least` once it is known. */
static double known(int64_t number, int64_t least)
{
    return number < least ? NAN : (double)number;
}

static const char *phase_name(uint32_t phase)
{
    static const char *const names[LINK_PHASES] = {
        "start", "load", "wait", "restore", "train", "validate", "save", "done"};

    return phase < LINK_PHASES ? names[phase] : "unknown";
}

/* A number that is not known is NaN, and not served. */
static void page_expose(struct agent *agent, uint32_t index)
{
    static const struct link_page none = {.committed = LINK_NO_STATE};
    const struct link_page *page = agent->links[index].page;
    struct metrics *metrics = &agent->metrics;
    char labels[LABELS];
    int64_t committed;
    int64_t validated;
    double computed;

    if (page)
        word_expose(metrics, RANK_PHASE, index, "phase", phase_name(atomic_load(&page->phase)));
    else
        page = &none;
    rank_label(index, labels);
    committed = atomic_load(&page->committed);
    validated = atomic_load(&page->validated);
    metrics_set(metrics, STEP, labels, known(committed, 0));
    metrics_set(metrics, STEPS_TOTAL, labels, known(atomic_load(&page->total), 1));
    metrics_set(metrics, EPOCH, labels, known(atomic_load(&page->epoch), 1));
    metrics_set(metrics, LOSS, labels, committed > 0 ? atomic_load(&page->loss) : NAN);
    metrics_set(metrics, ACCURACY, labels, validated > 0 ? atomic_load(&page->accuracy) : NAN);
    metrics_set(
        metrics, SAMPLES, labels, page == &none ? NAN : (double)atomic_load(&page->samples));
    computed = (double)atomic_load(&page->computed) / 1e9;
    metrics_set(metrics, COMPUTED, labels, atomic_load(&page->work) ? computed : NAN);
    metrics_set(metrics, SAVED_STEP, labels, known(atomic_load(&page->saved), 1));
}

static void rank_expose(struct agent *agent, uint32_t index)
{
    enum rank_state state = agent->ranks.items[index].state;
    int place = view_find(&agent->member.assigned, &agent->self);
    struct metrics *metrics = &agent->metrics;
    char labels[LABELS];
    char rank[16];

    word_expose(metrics, RANK_STATE, index, "state", rank_state_name(state));
    if (place >= 0) {
        snprintf(rank, sizeof rank, "%u", (unsigned)place * agent->ranks.count + index);
        word_expose(metrics, RANK_INFO, index, "rank", rank);
    }
    rank_label(index, labels);
    metrics_set(metrics, RANK_UP, labels, rank_lives(agent->ranks.kind, state));
    page_expose(agent, index);
}

static void ranks_expose(struct agent *agent)
{
    uint32_t ready = 0;

    metrics_clear(&agent->metrics, RANK_STATE);
    metrics_clear(&agent->metrics, RANK_INFO);
    metrics_clear(&agent->metrics, RANK_PHASE);
    for (uint32_t i = 0; i < agent->ranks.count; i++) {
        rank_expose(agent, i);
        ready += agent->ranks.items[i].state == RANK_RUNNING;
    }
    metrics_set(&agent->metrics, RANKS_READY, "", ready);
}

static void peers_expose(struct agent *agent)
{
    const struct peers_counts counts = peers_counts(agent->peers);
    struct metrics *metrics = &agent->metrics;

    metrics_set(metrics, BEATS_MISSED, "", (double)counts.missed);
    metrics_set(metrics, LEASES_EXPIRED, "", (double)counts.expired);
    metrics_set(metrics, PROBES, "", (double)counts.probed);
    metrics_set(metrics, SESSIONS_REPLACED, "", (double)counts.replaced);
    metrics_set(metrics, REFUSED, "", (double)counts.refused);
    metrics_set(metrics, HANGS, "of=\"rank\"", (double)agent->hangs[HANG_RANK]);
    metrics_set(metrics, HANGS, "of=\"all\"", (double)agent->hangs[HANG_ALL]);
}

static void health_expose(struct agent *agent)
{
    static const char *const labels[] = {"action=\"none\"",
                                         "action=\"warn\"",
                                         "action=\"soft\"",
                                         "action=\"fabric\"",
                                         "action=\"hard\""};

    _Static_assert(sizeof labels / sizeof *labels == HEALTH_ACTIONS, "one label an action");
    for (size_t i = 0; i < HEALTH_ACTIONS; i++)
        metrics_set(&agent->metrics, HEALTH, labels[i], (double)agent->ward.events[i]);
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
    if (agent->member.base.generation)
        metrics_set(metrics, MEMBERS, "", agent->member.base.count);
    metrics_set(metrics, SAVE_FAILING, "", agent->unsaved[0] != '\0');
    metrics_set(metrics, DIRECTORY_UP, "", agent->standing == DIRECTORY_ANSWERS);
    peers_expose(agent);
    health_expose(agent);
    metrics_set(metrics, CERTIFICATE_END, "", known(agent->papers.ends, 1));
    metrics_set(metrics, INCIDENTS_LOST, "", agent->incidents_lost);
    ranks_expose(agent);
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

/* Counters without labels are there from the beginning, so that their first increase is seen. */
static const enum family from_nought[] = {GENERATIONS, SAVE_FAILURES, STEPS_REDONE, SLOW_RANKS};

int exposition_open(struct agent *agent, struct error *error)
{
    const struct http_service service = {routes, sizeof routes / sizeof *routes, agent};

    metrics_init(&agent->metrics, families, FAMILIES);
    for (size_t i = 0; i < sizeof from_nought / sizeof *from_nought; i++)
        metrics_add(&agent->metrics, from_nought[i], "", 0);
    if (!agent->settings->metrics)
        return 0;
    return http_start(&agent->loop, agent->settings->metrics, &service, &agent->http, error);
}

void exposition_close(struct agent *agent)
{
    http_stop(agent->http);
    metrics_done(&agent->metrics);
}

/* Adds a part of a repair's time; nothing where a point is not known. */
static void phase_add(struct agent *agent, const char *phase, int64_t from, int64_t to)
{
    char labels[LABELS];

    if (!from || to < from)
        return;
    snprintf(labels, sizeof labels, "phase=\"%s\"", phase);
    metrics_add(&agent->metrics, REPAIR_PHASES, labels, clock_to_ms(to - from) / 1000);
}

void exposition_repair(struct agent *agent, const struct incident *incident)
{
    char labels[LABELS];

    snprintf(labels,
             sizeof labels,
             "cause=\"%s\",rung=\"%u\"",
             cause_name(incident->cause),
             (unsigned)cause_rung(incident->cause));
    metrics_add(&agent->metrics, REPAIRS, labels, 1);
    metrics_add(&agent->metrics,
                REPAIR_SECONDS,
                labels,
                clock_to_ms(incident->stepped - incident->seen) / 1000);
    phase_add(agent, "revoke", incident->seen, incident->revoked);
    phase_add(agent, "form", incident->revoked, incident->formed);
    phase_add(agent, "restore", incident->formed, incident->restored);
    phase_add(agent, "first_step", incident->restored, incident->stepped);
    metrics_add(&agent->metrics, STEPS_REDONE, "", (double)incident->steps_redone);
}

/* Where there are more ranks than a family holds, only those that are suspected. */
void exposition_slowness(struct agent *agent)
{
    const struct slow *slow = &agent->slow;
    char labels[LABELS];

    metrics_clear(&agent->metrics, SLOWNESS);
    for (uint32_t i = 0; i < slow->count; i++) {
        if (slow->ranks[i].ratio <= 0 || (slow->count > METRICS_SAMPLES && !slow->ranks[i].windows))
            continue;
        snprintf(labels, sizeof labels, "rank=\"%u\"", (unsigned)i);
        metrics_set(&agent->metrics, SLOWNESS, labels, slow->ranks[i].ratio);
    }
}

void exposition_slow(struct agent *agent)
{
    metrics_add(&agent->metrics, SLOW_RANKS, "", 1);
}

void exposition_fault(struct agent *agent, enum cause cause)
{
    char labels[LABELS];

    snprintf(labels, sizeof labels, "cause=\"%s\"", cause_name(cause));
    metrics_add(&agent->metrics, RANK_FAULTS, labels, 1);
}

void exposition_started(struct agent *agent, uint32_t rank)
{
    char labels[LABELS];

    rank_label(rank, labels);
    metrics_add(&agent->metrics, RANK_STARTS, labels, 1);
}

void exposition_generation(struct agent *agent)
{
    metrics_add(&agent->metrics, GENERATIONS, "", 1);
}

void exposition_unsaved(struct agent *agent)
{
    metrics_add(&agent->metrics, SAVE_FAILURES, "", 1);
}

/* Seconds since 1970, in milliseconds. */
static double wall_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + round((double)now.tv_nsec / 1e6) / 1e3;
}

void exposition_stepped(struct agent *agent, uint32_t rank)
{
    char labels[LABELS];

    rank_label(rank, labels);
    metrics_set(&agent->metrics, STEP_TIME, labels, wall_time());
}

void exposition_saved(struct agent *agent, uint32_t rank)
{
    char labels[LABELS];

    rank_label(rank, labels);
    metrics_set(&agent->metrics, SAVE_TIME, labels, wall_time());
}
