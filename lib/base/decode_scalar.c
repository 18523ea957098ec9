/* decode_scalar - one text, number, flag or word. */
#include "base/decode_scalar.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

static bool whole_within(const struct decode_row *row, const cJSON *value)
{
    double number = value->valuedouble;

    return cJSON_IsNumber(value) && number >= row->low && number <= row->high &&
           floor(number) == number;
}

static bool text_within(const struct decode_row *row, const cJSON *value)
{
    return cJSON_IsString(value) && *value->valuestring &&
           strlen(value->valuestring) <= row->most && utf8_line(value->valuestring) &&
           (!row->form || row->form->fits(value->valuestring));
}

static bool scalar_within(const struct decode_row *row, const cJSON *value)
{
    switch (row->kind) {
    case DECODE_TEXT:
        return text_within(row, value);
    case DECODE_INTEGER:
        return whole_within(row, value);
    case DECODE_NUMBER:
        return cJSON_IsNumber(value) && value->valuedouble >= row->low &&
               value->valuedouble <= row->high;
    default:
        return cJSON_IsBool(value);
    }
}

static bool word_read(const struct decode_row *row, const cJSON *value, void *place)
{
    for (unsigned i = 0; row->words[i] && cJSON_IsString(value); i++) {
        if (!strcmp(row->words[i], value->valuestring)) {
            memcpy(place, &i, sizeof i);
            return true;
        }
    }
    return false;
}

bool decode_scalar_read(const struct decode_row *row, const struct cJSON *value, void *place)
{
    if (row->kind == DECODE_WORD)
        return word_read(row, value, place);
    if (!scalar_within(row, value))
        return false;
    if (row->kind == DECODE_TEXT)
        *(char **)place = memory_text(value->valuestring);
    else if (row->kind == DECODE_INTEGER)
        *(int64_t *)place = (int64_t)value->valuedouble;
    else if (row->kind == DECODE_NUMBER)
        *(double *)place = value->valuedouble;
    else
        *(bool *)place = cJSON_IsTrue(value);
    return true;
}

void decode_scalar_preset(const struct decode_row *row, void *place)
{
    unsigned word = (unsigned)row->preset;

    if (row->kind == DECODE_INTEGER)
        *(int64_t *)place = (int64_t)row->preset;
    else if (row->kind == DECODE_NUMBER)
        *(double *)place = row->preset;
    else if (row->kind == DECODE_FLAG)
        *(bool *)place = row->preset != 0;
    else if (row->kind == DECODE_WORD)
        memcpy(place, &word, sizeof word);
}
