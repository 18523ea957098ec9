/* status - the status of a TrainingJob in memory. */
#include "controller/status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "controller/excerpt.h"

void status_init(struct status *status)
{
    *status = (struct status){.durable_step = -1};
    status->progress.loss = status->progress.accuracy = NAN;
}

void status_done(struct status *status)
{
    for (unsigned i = 0; i < CONDITIONS; i++)
        free(status->conditions[i].message);
    free(status->tries);
    free(status->agent_image);
    free(status->trainer_image);
    free(status->pod_restarts.times);
    free(status->attempt_restarts.times);
    free(status->incidents);
    witness_record_done(&status->witness);
    free(status->result);
    status_init(status);
}

static void *copy_of(const void *from, size_t count, size_t size)
{
    return count ? memcpy(memory_get(count, size), from, count * size) : NULL;
}

static char *text_of(const char *from)
{
    return from ? memory_text(from) : NULL;
}

void status_copy(struct status *to, const struct status *from)
{
    *to = *from;
    for (unsigned i = 0; i < CONDITIONS; i++)
        to->conditions[i].message = text_of(from->conditions[i].message);
    to->tries = copy_of(from->tries, from->slots, sizeof *from->tries);
    to->agent_image = text_of(from->agent_image);
    to->trainer_image = text_of(from->trainer_image);
    to->pod_restarts.times =
        copy_of(from->pod_restarts.times, from->pod_restarts.time_count, sizeof(int64_t));
    to->attempt_restarts.times =
        copy_of(from->attempt_restarts.times, from->attempt_restarts.time_count, sizeof(int64_t));
    to->incidents = copy_of(from->incidents, from->incident_count, sizeof *from->incidents);
    witness_record_copy(&to->witness, &from->witness);
    to->result = text_of(from->result);
}

void status_begin(struct status *status, uint32_t number, uint32_t replicas, uint32_t spares)
{
    free(status->tries);
    status->replicas = replicas;
    status->slots = replicas + spares;
    status->tries = memory_get(status->slots, sizeof *status->tries);
    status->attempt = number;
    status->generation = 0;
    status->members = 0;
    status->ready = 0;
    witness_record_done(&status->witness);
}

void status_set(struct status *status,
                enum condition_type type,
                enum condition_value value,
                int64_t now,
                const char *reason,
                const char *message)
{
    struct condition *condition = &status->conditions[type];

    if (condition->value != value || !condition->since)
        condition->since = now;
    condition->value = value;
    condition->observed = status->observed_generation;
    excerpt_put(condition->reason, sizeof condition->reason, reason);
    free(condition->message);
    condition->message = excerpt_copy(message, STATUS_MESSAGE);
}

/* How many of the times, which rise, are not within the window. A clock that was set back makes no
 * restart old. */
static size_t old_count(const struct status_restarts *restarts, int64_t now, int64_t window)
{
    size_t old = 0;

    while (old < restarts->time_count && restarts->times[old] <= now - window)
        old++;
    return old;
}

int64_t status_recent(const struct status_restarts *restarts, int64_t now, int64_t window)
{
    return (int64_t)(restarts->time_count - old_count(restarts, now, window));
}

void status_restarted(struct status_restarts *restarts, int64_t now, int64_t window)
{
    size_t old = old_count(restarts, now, window);
    size_t kept = restarts->time_count - old;
    int64_t *times;

    if (kept >= STATUS_TIMES) {
        old += kept - (STATUS_TIMES - 1);
        kept = STATUS_TIMES - 1;
    }
    times = memory_get(kept + 1, sizeof *times);
    if (kept)
        memcpy(times, restarts->times + old, kept * sizeof *times);
    times[kept] = now;
    free(restarts->times);
    restarts->times = times;
    restarts->time_count = kept + 1;
    restarts->count++;
}

/* A repair ends in a generation of its own; that a rank is slow is told while one goes on. */
static bool is_there(const struct status *status, const struct status_incident *incident)
{
    for (size_t i = 0; i < status->incident_count; i++) {
        const struct status_incident *other = &status->incidents[i];

        if (other->attempt == incident->attempt && other->generation == incident->generation &&
            (incident->rung == 0) == (other->rung == 0) &&
            (incident->rung || other->rank == incident->rank))
            return true;
    }
    return false;
}

bool status_happened(struct status *status, const struct status_incident *incident)
{
    struct status_incident *incidents;
    size_t kept = status->incident_count;
    size_t dropped = 0;

    if (kept) {
        const struct status_incident *last = &status->incidents[kept - 1];

        if (incident->attempt < last->attempt ||
            (incident->attempt == last->attempt && incident->generation < last->generation) ||
            is_there(status, incident))
            return false;
    }
    if (kept == STATUS_INCIDENTS) {
        dropped = 1;
        kept--;
    }
    incidents = memory_get(kept + 1, sizeof *incidents);
    if (kept)
        memcpy(incidents, status->incidents + dropped, kept * sizeof *incidents);
    incidents[kept] = *incident;
    free(status->incidents);
    status->incidents = incidents;
    status->incident_count = kept + 1;
    return true;
}

const char *status_state_name(enum status_state state)
{
    static const char *const names[] = {
        "", "Queued", "Starting", "Running", "Recovering", "Succeeded", "Failed"};

    _Static_assert(sizeof names / sizeof *names == STATES, "one name a state");
    return names[state];
}

const char *status_condition_name(enum condition_type type)
{
    static const char *const names[] = {"Complete",
                                        "Failed",
                                        "Suspended",
                                        "Admitted",
                                        "PodsReady",
                                        "Running",
                                        "Restarting",
                                        "Degraded",
                                        "CheckpointFresh"};

    _Static_assert(sizeof names / sizeof *names == CONDITIONS, "one name a condition");
    return names[type];
}

const char *status_value_name(enum condition_value value)
{
    static const char *const names[] = {"Unknown", "False", "True"};

    return names[value];
}

const char *status_span_name(enum status_span span)
{
    static const char *const names[] = {"revoke", "form", "restore", "firstStep", "total"};

    _Static_assert(sizeof names / sizeof *names == SPANS, "one name a span");
    return names[span];
}
