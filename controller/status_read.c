/* status_read - a status read back from the API. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "controller/excerpt.h"
#include "controller/status.h"
#include "job/job.h"
#include "kube/object.h"

#define EXACT 9007199254740992.0 /* whole numbers up to this are exact in a double: 2^53 */

/* A whole number from `low`, or `otherwise`. */
static int64_t whole(const cJSON *json, int64_t low, int64_t otherwise)
{
    if (!cJSON_IsNumber(json) || !(json->valuedouble >= (double)low) ||
        !(json->valuedouble <= EXACT) || json->valuedouble != floor(json->valuedouble))
        return otherwise;
    return (int64_t)json->valuedouble;
}

static int64_t whole_at(const cJSON *object, const char *key, int64_t low)
{
    return whole(object_member(object, key), low, low);
}

static uint32_t small_at(const cJSON *object, const char *key)
{
    int64_t number = whole_at(object, key, 0);

    return number > UINT32_MAX ? 0 : (uint32_t)number;
}

static double number_at(const cJSON *object, const char *key, double otherwise)
{
    const cJSON *json = object_member(object, key);

    return cJSON_IsNumber(json) && isfinite(json->valuedouble) ? json->valuedouble : otherwise;
}

static int64_t time_of(const cJSON *json)
{
    int64_t seconds;

    return timestamp_read(cJSON_GetStringValue(json), &seconds) ? 0 : seconds;
}

static int64_t time_at(const cJSON *object, const char *key)
{
    return time_of(object_member(object, key));
}

/* An array of at most `most` elements, or NULL. */
static const cJSON *list_at(const cJSON *object, const char *key, int most)
{
    const cJSON *list = object_member(object, key);

    return cJSON_IsArray(list) && cJSON_GetArraySize(list) <= most ? list : NULL;
}

static unsigned word_of(const char *text, const char *(*name)(unsigned), unsigned count)
{
    for (unsigned i = 0; text && i < count; i++) {
        if (!strcmp(text, name(i)))
            return i;
    }
    return count;
}

static const char *state_name(unsigned state)
{
    return status_state_name(state);
}

static const char *condition_name(unsigned type)
{
    return status_condition_name(type);
}

static const char *value_name(unsigned value)
{
    return status_value_name(value);
}

/* The parts. */

static void condition_read(const cJSON *json, struct status *status)
{
    unsigned type = word_of(object_text(json, "type"), condition_name, CONDITIONS);
    unsigned value = word_of(object_text(json, "status"), value_name, VALUE_TRUE + 1);
    struct condition *condition = &status->conditions[type % CONDITIONS];

    if (type == CONDITIONS || value > VALUE_TRUE)
        return;
    condition->value = value;
    excerpt_put(condition->reason, sizeof condition->reason, object_text(json, "reason"));
    free(condition->message);
    condition->message = excerpt_copy(object_text(json, "message"), STATUS_MESSAGE);
    condition->since = time_at(json, "lastTransitionTime");
    condition->observed = whole_at(json, "observedGeneration", 0);
}

/* An attempt without its tries, or the other way round, is none. */
static void attempt_read(const cJSON *json, struct status *status)
{
    const cJSON *tries = list_at(json, "tries", JOB_REPLICAS);
    uint32_t attempt = small_at(json, "attempt");
    uint32_t replicas = small_at(json, "replicas");
    uint32_t slots = tries ? (uint32_t)cJSON_GetArraySize(tries) : 0;
    const cJSON *try;
    uint32_t slot = 0;

    if (!attempt || !tries || !tries->child)
        return;
    if (!replicas || replicas > slots)
        replicas = slots;
    status_begin(status, attempt, replicas, slots - replicas);
    cJSON_ArrayForEach(try, tries)
    {
        int64_t number = whole(try, 0, 0);

        status->tries[slot++] = number > UINT32_MAX ? 0 : (uint32_t)number;
    }
    status->generation = whole_at(json, "generation", 0);
    status->members = small_at(json, "members");
    if (status->members >= replicas)
        status->members = 0;
    status->ready = small_at(json, "readyReplicas");
}

static void progress_read(const cJSON *json, struct status_progress *progress)
{
    if (!cJSON_IsObject(json))
        return;
    *progress = (struct status_progress){.known = true,
                                         .step = whole_at(json, "step", 0),
                                         .total_steps = whole_at(json, "totalSteps", 0),
                                         .epoch = whole_at(json, "epoch", 0),
                                         .samples = whole_at(json, "samples", 0),
                                         .loss = number_at(json, "loss", NAN),
                                         .accuracy = number_at(json, "accuracy", NAN),
                                         .steps_per_second = number_at(json, "stepsPerSecond", 0),
                                         .time = time_at(json, "time")};
    if (progress->steps_per_second < 0)
        progress->steps_per_second = 0;
}

static void times_read(const cJSON *json, const char *key, struct status_restarts *restarts)
{
    const cJSON *list = list_at(json, key, STATUS_TIMES);
    const cJSON *time;

    if (!list || !list->child)
        return;
    restarts->times = memory_get((size_t)cJSON_GetArraySize(list), sizeof *restarts->times);
    cJSON_ArrayForEach(time, list)
    {
        restarts->times[restarts->time_count] = time_of(time);
        restarts->time_count += restarts->times[restarts->time_count] != 0;
    }
}

static void restarts_read(const cJSON *json, struct status *status)
{
    status->rank_restarts = whole_at(json, "rank", 0);
    status->pod_restarts.count = whole_at(json, "pod", 0);
    status->attempt_restarts.count = whole_at(json, "attempt", 0);
    times_read(json, "podTimes", &status->pod_restarts);
    times_read(json, "attemptTimes", &status->attempt_restarts);
}

static void incident_read(const cJSON *json, struct status_incident *incident)
{
    const cJSON *spans = object_member(json, "milliseconds");

    *incident = (struct status_incident){.time = time_at(json, "time"),
                                         .attempt = small_at(json, "attempt"),
                                         .generation = whole_at(json, "generation", 0),
                                         .slot = small_at(json, "slot"),
                                         .rank = small_at(json, "rank"),
                                         .rung = small_at(json, "rung"),
                                         .steps_redone = whole_at(json, "stepsRedone", 0)};
    excerpt_put(incident->cause, sizeof incident->cause, object_text(json, "cause"));
    excerpt_put(incident->class, sizeof incident->class, object_text(json, "class"));
    excerpt_put(incident->node, sizeof incident->node, object_text(json, "node"));
    excerpt_put(incident->pod, sizeof incident->pod, object_text(json, "pod"));
    excerpt_put(incident->words, sizeof incident->words, object_text(json, "text"));
    for (unsigned i = 0; i < SPANS; i++)
        incident->milliseconds[i] = number_at(spans, status_span_name(i), -1);
}

static void incidents_read(const cJSON *json, struct status *status)
{
    const cJSON *list = list_at(json, "incidents", STATUS_INCIDENTS);
    const cJSON *incident;

    if (!list || !list->child)
        return;
    status->incidents = memory_get(STATUS_INCIDENTS, sizeof *status->incidents);
    cJSON_ArrayForEach(incident, list)
        incident_read(incident, &status->incidents[status->incident_count++]);
}

static void result_read(const cJSON *json, struct status *status)
{
    const cJSON *result = object_member(json, "result");
    CLEAN(text) struct text printed = {0};

    if (!cJSON_IsObject(result))
        return;
    json_add_tree(&printed, result);
    if (printed.size <= STATUS_RESULT)
        status->result = TAKE(printed.data);
}

void status_read(const struct cJSON *json, struct status *status)
{
    const cJSON *images = object_member(json, "images");
    const cJSON *checkpoint = object_member(json, "checkpoint");
    const cJSON *condition;
    unsigned state = word_of(object_text(json, "state"), state_name, STATES);

    status_init(status);
    status->state = state == STATES ? STATE_NONE : state;
    status->observed_generation = whole_at(json, "observedGeneration", 0);
    attempt_read(json, status);
    status->agent_image = excerpt_copy(object_text(images, "agent"), STATUS_IMAGE);
    status->trainer_image = excerpt_copy(object_text(images, "trainer"), STATUS_IMAGE);
    cJSON_ArrayForEach(condition, list_at(json, "conditions", 64))
        condition_read(condition, status);
    progress_read(object_member(json, "progress"), &status->progress);
    status->durable_step = whole(object_member(checkpoint, "durableStep"), 0, -1);
    if (status->attempt) {
        restarts_read(object_member(json, "restarts"), status);
        witness_record_read(object_member(json, "witness"), &status->witness);
    }
    incidents_read(json, status);
    status->start_time = time_at(json, "startTime");
    status->running_time = time_at(json, "runningTime");
    status->completion_time = time_at(json, "completionTime");
    result_read(json, status);
}
