/* status_print - a status as the API has it, member by member, so that a patch holds only what has
 * changed. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "controller/labels.h"
#include "controller/status.h"

struct section {
    const char *key;
    enum status_change change; /* what a difference means */
    /* Adds the value, or nothing when there is none. */
    void (*print)(const struct status *status, const char *job, struct text *out);
};

/* Words. */

static void time_add(struct text *out, int64_t time)
{
    if (!time) {
        text_add(out, "null");
        return;
    }
    text_add(out, "\"");
    timestamp_add(out, time);
    text_add(out, "\"");
}

static void number_add(struct text *out, const char *key, double number)
{
    text_addf(out, ",\"%s\":", key);
    if (isfinite(number))
        json_add_number(out, number);
    else
        text_add(out, "null");
}

static void duration_add(struct text *out, double seconds)
{
    if (seconds < 100)
        text_addf(out, "%.0fs", ceil(seconds));
    else if (seconds < 6000)
        text_addf(out, "%.0fm", ceil(seconds / 60));
    else if (seconds < 360000)
        text_addf(out, "%.0fh", ceil(seconds / 3600));
    else
        text_addf(out, "%.0fd", ceil(seconds / 86400));
}

/* Sections. */

static void state_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->state)
        text_addf(out, "\"%s\"", status_state_name(status->state));
}

static void summary_print(const struct status *status, const char *job, struct text *out)
{
    const struct status_progress *progress = &status->progress;
    int64_t left = progress->total_steps - progress->step;

    (void)job;
    if (!status->attempt)
        return;
    text_addf(out,
              "{\"ready\":\"%" PRIu32 "/%" PRIu32 "\",\"progress\":",
              status->ready,
              status->replicas);
    if (progress->known && progress->total_steps)
        text_addf(out,
                  "\"%.0f %%\"",
                  floor(100 * (double)progress->step / (double)progress->total_steps));
    else
        text_add(out, "null");
    text_add(out, ",\"loss\":");
    if (progress->known && isfinite(progress->loss))
        text_addf(out, "\"%.3g\"", progress->loss);
    else
        text_add(out, "null");
    text_add(out, ",\"eta\":");
    if (status->state == STATE_RUNNING && progress->steps_per_second > 0 && left > 0) {
        text_add(out, "\"");
        duration_add(out, (double)left / progress->steps_per_second);
        text_add(out, "\"}");
    } else {
        text_add(out, "null}");
    }
}

static void observed_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->observed_generation)
        text_addf(out, "%" PRId64, status->observed_generation);
}

static void attempt_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->attempt)
        text_addf(out, "%" PRIu32, status->attempt);
}

static void generation_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->generation)
        text_addf(out, "%" PRId64, status->generation);
}

static void members_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->members)
        text_addf(out, "%" PRIu32, status->members);
}

static void tries_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (!status->slots)
        return;
    for (uint32_t slot = 0; slot < status->slots; slot++)
        text_addf(out, "%c%" PRIu32, slot ? ',' : '[', status->tries[slot]);
    text_add(out, "]");
}

static void images_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (!status->agent_image || !status->trainer_image)
        return;
    text_add(out, "{\"agent\":");
    json_add_text(out, status->agent_image);
    text_add(out, ",\"trainer\":");
    json_add_text(out, status->trainer_image);
    text_add(out, "}");
}

static void replicas_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->attempt)
        text_addf(out, "%" PRIu32, status->replicas);
}

static void ready_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->attempt)
        text_addf(out, "%" PRIu32, status->ready);
}

static void selector_print(const struct status *status, const char *job, struct text *out)
{
    if (!status->attempt)
        return;
    text_add(out, "\"" LABELS_JOB "=");
    text_add(out, job); /* a DNS label */
    text_add(out, "\"");
}

static void condition_print(enum condition_type type,
                            const struct condition *condition,
                            struct text *out)
{
    text_addf(out,
              "{\"type\":\"%s\",\"status\":\"%s\",\"reason\":",
              status_condition_name(type),
              status_value_name(condition->value));
    json_add_text(out, condition->reason);
    text_add(out, ",\"message\":");
    json_add_text(out, condition->message ? condition->message : "");
    text_add(out, ",\"lastTransitionTime\":");
    time_add(out, condition->since);
    text_addf(out, ",\"observedGeneration\":%" PRId64 "}", condition->observed);
}

static void conditions_print(const struct status *status, const char *job, struct text *out)
{
    const char *comma = "[";

    (void)job;
    for (unsigned i = 0; i < CONDITIONS; i++) {
        if (!status->conditions[i].since)
            continue;
        text_add(out, comma);
        condition_print(i, &status->conditions[i], out);
        comma = ",";
    }
    if (*comma == ',')
        text_add(out, "]");
}

static void progress_print(const struct status *status, const char *job, struct text *out)
{
    const struct status_progress *progress = &status->progress;

    (void)job;
    if (!progress->known)
        return;
    text_addf(out,
              "{\"step\":%" PRId64 ",\"totalSteps\":%" PRId64 ",\"epoch\":%" PRId64
              ",\"samples\":%" PRId64,
              progress->step,
              progress->total_steps,
              progress->epoch,
              progress->samples);
    number_add(out, "loss", progress->loss);
    number_add(out, "accuracy", progress->accuracy);
    number_add(out, "stepsPerSecond", progress->steps_per_second);
    text_add(out, ",\"time\":");
    time_add(out, progress->time);
    text_add(out, "}");
}

static void checkpoint_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->durable_step >= 0)
        text_addf(out, "{\"durableStep\":%" PRId64 "}", status->durable_step);
}

static void times_print(const struct status_restarts *restarts, struct text *out)
{
    text_add(out, "[");
    for (size_t i = 0; i < restarts->time_count; i++) {
        text_add(out, i ? "," : "");
        time_add(out, restarts->times[i]);
    }
    text_add(out, "]");
}

/* Of the ladder's rungs: these two are decided here, and what they cost is in their windows. */
static void restarts_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (!status->attempt)
        return;
    text_addf(out,
              "{\"total\":%" PRId64 ",\"rank\":%" PRId64 ",\"pod\":%" PRId64 ",\"attempt\":%" PRId64
              ",\"podTimes\":",
              status->rank_restarts + status->pod_restarts.count + status->attempt_restarts.count,
              status->rank_restarts,
              status->pod_restarts.count,
              status->attempt_restarts.count);
    times_print(&status->pod_restarts, out);
    text_add(out, ",\"attemptTimes\":");
    times_print(&status->attempt_restarts, out);
    text_add(out, "}");
}

/* A merge patch takes a null out of an object, but not out of one in a list: what is not known is
 * left out there. */
static void spans_print(const struct status_incident *incident, struct text *out)
{
    const char *comma = "";

    text_add(out, ",\"milliseconds\":{");
    for (unsigned i = 0; i < SPANS; i++) {
        if (incident->milliseconds[i] < 0)
            continue;
        text_addf(out, "%s\"%s\":", comma, status_span_name(i));
        json_add_number(out, incident->milliseconds[i]);
        comma = ",";
    }
    text_add(out, "}");
}

/* A word that is left out where it is not known. */
static void word_print(struct text *out, const char *key, const char *word)
{
    if (!*word)
        return;
    text_addf(out, ",\"%s\":", key);
    json_add_text(out, word);
}

static void incident_print(const struct status_incident *incident, struct text *out)
{
    text_add(out, "{");
    if (incident->time) {
        text_add(out, "\"time\":");
        time_add(out, incident->time);
        text_add(out, ",");
    }
    text_addf(out,
              "\"attempt\":%" PRIu32 ",\"generation\":%" PRId64 ",\"cause\":",
              incident->attempt,
              incident->generation);
    json_add_text(out, incident->cause);
    word_print(out, "class", incident->class);
    text_addf(out,
              ",\"slot\":%" PRIu32 ",\"rank\":%" PRIu32 ",\"rung\":%" PRIu32 ",\"node\":",
              incident->slot,
              incident->rank,
              incident->rung);
    json_add_text(out, incident->node);
    word_print(out, "pod", incident->pod);
    spans_print(incident, out);
    text_addf(out, ",\"stepsRedone\":%" PRId64 ",\"text\":", incident->steps_redone);
    json_add_text(out, incident->words);
    text_add(out, "}");
}

static void incidents_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    for (size_t i = 0; i < status->incident_count; i++) {
        text_add(out, i ? "," : "[");
        incident_print(&status->incidents[i], out);
    }
    if (status->incident_count)
        text_add(out, "]");
}

static void start_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->start_time)
        time_add(out, status->start_time);
}

static void running_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->running_time)
        time_add(out, status->running_time);
}

static void completion_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    if (status->completion_time)
        time_add(out, status->completion_time);
}

static void witness_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    witness_record_print(&status->witness, out);
}

static void result_print(const struct status *status, const char *job, struct text *out)
{
    (void)job;
    text_add(out, status->result ? status->result : "");
}

static const struct section sections[] = {{"state", STATUS_NOW, state_print},
                                          {"summary", STATUS_LATER, summary_print},
                                          {"observedGeneration", STATUS_NOW, observed_print},
                                          {"attempt", STATUS_NOW, attempt_print},
                                          {"generation", STATUS_LATER, generation_print},
                                          {"members", STATUS_NOW, members_print},
                                          {"tries", STATUS_NOW, tries_print},
                                          {"images", STATUS_NOW, images_print},
                                          {"replicas", STATUS_NOW, replicas_print},
                                          {"readyReplicas", STATUS_LATER, ready_print},
                                          {"selector", STATUS_NOW, selector_print},
                                          {"conditions", STATUS_LATER, conditions_print},
                                          {"progress", STATUS_LATER, progress_print},
                                          {"checkpoint", STATUS_LATER, checkpoint_print},
                                          {"restarts", STATUS_LATER, restarts_print},
                                          {"incidents", STATUS_LATER, incidents_print},
                                          {"startTime", STATUS_NOW, start_print},
                                          {"runningTime", STATUS_NOW, running_print},
                                          {"completionTime", STATUS_NOW, completion_print},
                                          {"witness", STATUS_NOW, witness_print},
                                          {"result", STATUS_NOW, result_print}};

#define SECTIONS (sizeof sections / sizeof *sections)

/* A condition that turns good can wait for the next write: N pods that come up one by one would
 * otherwise cost a write more. So can words alone. */
static enum status_change condition_compare(enum condition_type type,
                                            const struct condition *old,
                                            const struct condition *new)
{
    bool patient = type == CONDITION_PODS_READY || type == CONDITION_CHECKPOINT_FRESH;

    if (old->value == new->value && !strcmp(old->reason, new->reason))
        return STATUS_LATER;
    return patient && old->since && new->value == VALUE_TRUE ? STATUS_LATER : STATUS_NOW;
}

/* Prints a section of both. Returns whether they differ. */
static bool section_differs(const struct section *section,
                            const struct status *old,
                            const struct status *new,
                            const char *job,
                            struct text *printed)
{
    CLEAN(text) struct text before = {0};

    text_clear(printed);
    section->print(old, job, &before);
    section->print(new, job, printed);
    return strcmp(text_string(&before), text_string(printed)) != 0;
}

enum status_change status_compare(const struct status *old, const struct status *new)
{
    CLEAN(text) struct text printed = {0};
    enum status_change change = STATUS_SAME;

    for (size_t i = 0; i < SECTIONS; i++) {
        if (section_differs(&sections[i], old, new, "", &printed) && sections[i].change > change)
            change = sections[i].change;
    }
    for (unsigned i = 0; change == STATUS_LATER && i < CONDITIONS; i++)
        change = condition_compare(i, &old->conditions[i], &new->conditions[i]);
    if (old->pod_restarts.count != new->pod_restarts.count ||
        old->attempt_restarts.count != new->attempt_restarts.count)
        change = STATUS_NOW;
    return change;
}

void status_patch(const struct status *old,
                  const struct status *new,
                  const char *job,
                  const struct resource_version *version,
                  struct text *out)
{
    CLEAN(text) struct text printed = {0};
    const char *comma = "";

    text_addf(out, "{\"metadata\":{\"resourceVersion\":\"%s\"},\"status\":{", version->digits);
    for (size_t i = 0; i < SECTIONS; i++) {
        if (!section_differs(&sections[i], old, new, job, &printed))
            continue;
        text_addf(out, "%s\"%s\":", comma, sections[i].key);
        text_add(out, printed.size ? printed.data : "null");
        comma = ",";
    }
    text_add(out, "}}");
}
