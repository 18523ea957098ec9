/* summary - how a local job ended, as JSON. */
#include "cli/local/summary.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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
    cJSON_AddNumberToObject(json, "slot", repair->slot);
    cJSON_AddNumberToObject(json, "rank", repair->rank);
    cJSON_AddNumberToObject(json, "rung", repair->rung);
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

/* Moves the members of the trainer's result to the top. */
static void trainer_add(cJSON *json, const char *text)
{
    CLEAN(json) cJSON *trainer = cJSON_Parse(text);
    cJSON *member;

    if (!cJSON_IsObject(trainer)) {
        cJSON_AddStringToObject(json, "reason", text);
        return;
    }
    while ((member = trainer->child)) {
        cJSON_DetachItemViaPointer(trainer, member);
        cJSON_AddItemToObject(json, member->string, member);
    }
}

void summary_print(const struct summary *summary, struct text *out)
{
    CLEAN(json) cJSON *json = cJSON_CreateObject();
    CLEAN_FREE char *printed = NULL;
    cJSON *list;

    cJSON_AddStringToObject(json, "outcome", summary->outcome);
    cJSON_AddNumberToObject(json, "attempt", summary->attempt);
    cJSON_AddNumberToObject(json, "seconds", round(summary->seconds * 1000) / 1000);
    trainer_add(json, summary->text);
    list = cJSON_AddArrayToObject(json, "repairs");
    for (size_t i = 0; i < summary->repairs->count; i++)
        cJSON_AddItemToArray(list, repair_json(&summary->repairs->items[i]));
    printed = cJSON_Print(json);
    text_add(out, printed ? printed : "{}");
    text_add(out, "\n");
}

double summary_number(const char *text, const char *key)
{
    CLEAN(json) cJSON *json = cJSON_Parse(text);
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, key);

    return cJSON_IsNumber(member) ? member->valuedouble : NAN;
}

int summary_word(const char *text, const char *key, char *out, size_t size)
{
    CLEAN(json) cJSON *json = cJSON_Parse(text);
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, key);

    if (!cJSON_IsString(member))
        return 1;
    snprintf(out, size, "%s", member->valuestring);
    return 0;
}
