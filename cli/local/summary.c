/* summary - how a local job ended, as JSON. */
#include "cli/local/summary.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

static void json_delete_at(cJSON **json)
{
    cJSON_Delete(*json);
}

CLEANUP_DEFINE(json, cJSON *, json_delete_at)

/* Milliseconds with one decimal, null where a point is not known. */
static void span_add(cJSON *spans, const char *name, int64_t from, int64_t to)
{
    double span = repairs_ms(from, to);

    if (span < 0)
        cJSON_AddNullToObject(spans, name);
    else
        cJSON_AddNumberToObject(spans, name, round(span * 10) / 10);
}

static cJSON *repair_json(const struct repair *repair)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *spans;

    cJSON_AddStringToObject(json, "cause", repair->cause);
    if (*repair->class)
        cJSON_AddStringToObject(json, "class", repair->class);
    cJSON_AddNumberToObject(json, "slot", repair->slot);
    cJSON_AddNumberToObject(json, "rank", repair->rank);
    cJSON_AddNumberToObject(json, "rung", repair->rung);
    if (*repair->node)
        cJSON_AddStringToObject(json, "node", repair->node);
    cJSON_AddNumberToObject(json, "generation", (double)repair->generation);
    spans = cJSON_AddObjectToObject(json, "milliseconds");
    span_add(spans, "detect", repair->struck, repair->seen);
    span_add(spans, "revoke", repair->seen, repair->revoked);
    span_add(spans, "form", repair->revoked, repair->formed);
    span_add(spans, "restore", repair->formed, repair->restored);
    span_add(spans, "firstStep", repair->restored, repair->stepped);
    span_add(spans, "total", repair->struck ? repair->struck : repair->seen, repair->stepped);
    cJSON_AddNumberToObject(json, "stepsRedone", (double)repair->steps_redone);
    cJSON_AddStringToObject(json, "text", repair->text);
    return json;
}

/* One that was told of, with nothing done. */
static cJSON *slow_json(const struct repair *repair)
{
    cJSON *json = cJSON_CreateObject();

    cJSON_AddNumberToObject(json, "slot", repair->slot);
    cJSON_AddNumberToObject(json, "rank", repair->rank);
    cJSON_AddStringToObject(json, "node", repair->node);
    cJSON_AddStringToObject(json, "text", repair->text);
    return json;
}

/* Moves the members of the trainer's result to the top, but none in the place of another. */
static void trainer_add(cJSON *json, const char *text)
{
    CLEAN(json) cJSON *trainer = cJSON_ParseWithOpts(text, NULL, true);
    cJSON *member;

    if (!*text)
        return;
    if (!cJSON_IsObject(trainer)) {
        cJSON_AddStringToObject(json, "reason", text);
        return;
    }
    while ((member = trainer->child)) {
        cJSON_DetachItemViaPointer(trainer, member);
        if (cJSON_GetObjectItemCaseSensitive(json, member->string))
            cJSON_Delete(member);
        else
            cJSON_AddItemToObject(json, member->string, member);
    }
}

void summary_print(const struct summary *summary, struct text *out)
{
    CLEAN(json) cJSON *json = cJSON_CreateObject();
    CLEAN_FREE char *printed = NULL;
    CLEAN(json) cJSON *slow = NULL;
    cJSON *list;

    cJSON_AddStringToObject(json, "outcome", summary->outcome);
    cJSON_AddNumberToObject(json, "attempt", summary->attempt);
    cJSON_AddNumberToObject(json, "seconds", round(summary->seconds * 1000) / 1000);
    trainer_add(json, summary->text);
    cJSON_DeleteItemFromObjectCaseSensitive(json, "repairs");
    list = cJSON_AddArrayToObject(json, "repairs");
    slow = cJSON_CreateArray();
    for (size_t i = 0; i < summary->repairs->count; i++) {
        const struct repair *repair = &summary->repairs->items[i];

        if (repair->rung)
            cJSON_AddItemToArray(list, repair_json(repair));
        else
            cJSON_AddItemToArray(slow, slow_json(repair));
    }
    if (slow->child)
        cJSON_AddItemToObject(json, "slowRanks", TAKE(slow));
    printed = cJSON_Print(json);
    text_add(out, printed ? printed : "{}");
    text_add(out, "\n");
}

/* A number of the summary, or NaN. */
static double number_of(const cJSON *json, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, key);

    return cJSON_IsNumber(member) ? member->valuedouble : NAN;
}

/* A word of the summary, or NULL. */
static const char *word_of(const cJSON *json, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

void summary_words(const char *printed, struct text *out)
{
    CLEAN(json) cJSON *json = cJSON_Parse(printed);
    const char *outcome = word_of(json, "outcome");
    const char *checkpoint = word_of(json, "checkpoint");
    double steps = number_of(json, "steps");
    double loss = number_of(json, "finalLoss");
    double accuracy = number_of(json, "validationAccuracy");

    text_addf(out,
              "%s after %.1f s",
              outcome && !strcmp(outcome, "Succeeded") ? "succeeded" : "stopped",
              number_of(json, "seconds"));
    if (!isnan(steps))
        text_addf(out, ", %.0f steps", steps);
    if (!isnan(loss))
        text_addf(out, ", loss %.4f", loss);
    if (!isnan(accuracy))
        text_addf(out, ", validation accuracy %.2f %%", accuracy * 100);
    text_add(out, "\n");
    if (checkpoint)
        text_addf(out, "model: %s\n", checkpoint);
}

int summary_reason(const char *printed, struct text *out)
{
    CLEAN(json) cJSON *json = cJSON_Parse(printed);
    const char *reason = word_of(json, "reason");

    if (!reason)
        return 1;
    text_add(out, reason);
    return 0;
}
