/* refusal - the Status object of a Kubernetes server. */
#include "kube/refusal.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "kube/object.h"

/* Copies as many whole characters as fit. */
static void words_copy(char *out, size_t capacity, const char *from)
{
    size_t size = 0;

    while (from && *from) {
        const char *start = from;
        int32_t character = utf8_next(&from);
        size_t wide = (size_t)(from - start);

        if (size + wide >= capacity)
            break;
        if (character < 0 || !utf8_shows(character))
            out[size++] = ' ';
        else {
            memcpy(out + size, start, wide);
            size += wide;
        }
    }
    out[size] = '\0';
}

static void causes_decode(const cJSON *causes, struct refusal *refusal)
{
    const cJSON *json;

    cJSON_ArrayForEach(json, causes)
    {
        struct refusal_cause *cause = &refusal->causes[refusal->cause_count];

        if (refusal->cause_count == REFUSAL_CAUSES)
            return;
        words_copy(cause->reason, sizeof cause->reason, object_text(json, "reason"));
        words_copy(cause->field, sizeof cause->field, object_text(json, "field"));
        words_copy(cause->message, sizeof cause->message, object_text(json, "message"));
        refusal->cause_count++;
    }
}

int refusal_decode(const cJSON *json, struct refusal *refusal)
{
    const char *kind = object_text(json, "kind");
    const cJSON *code = object_member(json, "code");
    const cJSON *causes = object_member(object_member(json, "details"), "causes");
    struct refusal fresh = {0};

    if (!kind || strcmp(kind, "Status") != 0)
        return 1;
    if (cJSON_IsNumber(code) && code->valuedouble >= 100 && code->valuedouble <= 599)
        fresh.code = (int)code->valuedouble;
    words_copy(fresh.reason, sizeof fresh.reason, object_text(json, "reason"));
    words_copy(fresh.message, sizeof fresh.message, object_text(json, "message"));
    if (cJSON_IsArray(causes))
        causes_decode(causes, &fresh);
    *refusal = fresh;
    return 0;
}

int refusal_read(const char *bytes, size_t size, struct refusal *refusal)
{
    cJSON *json = size <= REFUSAL_BYTES ? object_parse(bytes, size) : NULL;
    int outcome = json ? refusal_decode(json, refusal) : 1;

    cJSON_Delete(json);
    return outcome;
}

bool refusal_has_cause(const struct refusal *refusal, const char *reason)
{
    for (size_t i = 0; i < refusal->cause_count; i++) {
        if (!strcmp(refusal->causes[i].reason, reason))
            return true;
    }
    return false;
}
