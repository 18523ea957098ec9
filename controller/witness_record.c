/* witness_record - what the witness of an attempt has promised and recorded. */
#include "controller/witness_record.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "kube/object.h"

#define PACKED 18 /* bytes of a member: its slot, the high byte first, and its life */

static void view_copy(struct witness_view *to, const struct witness_view *from)
{
    *to = *from;
    to->members = memory_get(from->count, sizeof *to->members);
    if (from->count)
        memcpy(to->members, from->members, from->count * sizeof *to->members);
}

void witness_record_copy(struct witness_record *to, const struct witness_record *from)
{
    *to = *from;
    view_copy(&to->base, &from->base);
    view_copy(&to->next, &from->next);
}

void witness_view_done(struct witness_view *view)
{
    free(view->members);
    *view = (struct witness_view){0};
}

void witness_record_done(struct witness_record *record)
{
    witness_view_done(&record->base);
    witness_view_done(&record->next);
    *record = (struct witness_record){0};
}

bool witness_view_equal(const struct witness_view *a, const struct witness_view *b)
{
    if (a->generation != b->generation || a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->members[i].slot != b->members[i].slot ||
            memcmp(a->members[i].life, b->members[i].life, WITNESS_RECORD_LIFE) != 0)
            return false;
    }
    return true;
}

bool witness_record_equal(const struct witness_record *a, const struct witness_record *b)
{
    return a->unreadable == b->unreadable && a->promised == b->promised &&
           !memcmp(a->candidate, b->candidate, WITNESS_RECORD_LIFE) &&
           a->next_number == b->next_number && witness_view_equal(&a->base, &b->base) &&
           witness_view_equal(&a->next, &b->next);
}

/* Printing. */

static void members_print(const struct witness_view *view, struct text *out)
{
    text_add(out, "\"members\":\"");
    for (uint32_t i = 0; i < view->count; i++) {
        const struct witness_member *member = &view->members[i];
        uint8_t packed[PACKED] = {(uint8_t)(member->slot >> 8), (uint8_t)member->slot};

        memcpy(packed + 2, member->life, WITNESS_RECORD_LIFE);
        base64_encode(packed, sizeof packed, out);
    }
    text_add(out, "\"}");
}

static void view_print(const struct witness_view *view, struct text *out)
{
    text_addf(out, "{\"generation\":\"%" PRIu64 "\",", view->generation);
    members_print(view, out);
}

void witness_record_print(const struct witness_record *record, struct text *out)
{
    if (record->unreadable) {
        text_add(out, "{}"); /* as little to be understood */
        return;
    }
    if (!record->promised)
        return;
    text_addf(out, "{\"promised\":\"%" PRIu64 "\",\"candidate\":\"", record->promised);
    base64_encode(record->candidate, WITNESS_RECORD_LIFE, out);
    text_add(out, "\",\"base\":");
    if (record->base.generation)
        view_print(&record->base, out);
    else
        text_add(out, "null");
    text_add(out, ",\"next\":");
    if (record->next_number) {
        text_addf(out,
                  "{\"number\":\"%" PRIu64 "\",\"generation\":\"%" PRIu64 "\",",
                  record->next_number,
                  record->next.generation);
        members_print(&record->next, out);
    } else {
        text_add(out, "null");
    }
    text_add(out, "}");
}

/* Reading. Each returns 0, or 1 when it is not what was printed. */

static int number_read(const cJSON *object, const char *key, uint64_t *number)
{
    const char *digits = object_text(object, key);
    CLEAN(text) struct text again = {0};

    if (!digits)
        return 1;
    *number = strtoull(digits, NULL, 10);
    text_addf(&again, "%" PRIu64, *number);
    return *number == 0 || strcmp(digits, again.data) != 0;
}

static int life_read(const cJSON *object, const char *key, uint8_t life[WITNESS_RECORD_LIFE])
{
    const char *encoded = object_text(object, key);
    CLEAN(text) struct text bytes = {0};

    if (!encoded || base64_decode(encoded, &bytes) || bytes.size != WITNESS_RECORD_LIFE)
        return 1;
    memcpy(life, bytes.data, WITNESS_RECORD_LIFE);
    return 0;
}

static int members_read(const cJSON *object, struct witness_view *view)
{
    const char *encoded = object_text(object, "members");
    CLEAN(text) struct text bytes = {0};

    if (!encoded || base64_decode(encoded, &bytes) || bytes.size % PACKED ||
        bytes.size / PACKED > WITNESS_RECORD_MEMBERS)
        return 1;
    view->count = (uint32_t)(bytes.size / PACKED);
    view->members = memory_get(view->count, sizeof *view->members);
    for (uint32_t i = 0; i < view->count; i++) {
        const uint8_t *packed = (const uint8_t *)bytes.data + (size_t)PACKED * i;
        struct witness_member *member = &view->members[i];

        member->slot = (uint32_t)packed[0] << 8 | packed[1];
        memcpy(member->life, packed + 2, WITNESS_RECORD_LIFE);
        if (member->slot >= WITNESS_RECORD_MEMBERS)
            return 1;
    }
    return 0;
}

static int view_read(const cJSON *object, struct witness_view *view)
{
    return number_read(object, "generation", &view->generation) || members_read(object, view);
}

static int record_read(const cJSON *json, struct witness_record *record)
{
    const cJSON *base = object_member(json, "base");
    const cJSON *next = object_member(json, "next");

    if (number_read(json, "promised", &record->promised) ||
        life_read(json, "candidate", record->candidate) ||
        (base && !cJSON_IsNull(base) && view_read(base, &record->base)))
        return 1;
    if (!next || cJSON_IsNull(next))
        return 0;
    return number_read(next, "number", &record->next_number) || view_read(next, &record->next);
}

void witness_record_read(const struct cJSON *json, struct witness_record *record)
{
    *record = (struct witness_record){0};
    if (!json || cJSON_IsNull(json) || !record_read(json, record))
        return;
    witness_record_done(record);
    record->unreadable = true;
}
