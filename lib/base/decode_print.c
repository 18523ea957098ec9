/* decode_print - what a row allows and what a value is, in words. */
#include "base/decode_print.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "base/json.h"

#define EXCERPT 40 /* characters of a wrong text that a message shows */

static void words_print(const char *const *words, struct text *out)
{
    text_add(out, words[1] ? "one of " : "");
    for (size_t i = 0; words[i]; i++)
        text_addf(out, "%s%s", i ? ", " : "", words[i]);
}

static void range_print(const struct decode_row *row, struct text *out)
{
    text_add(out, " from ");
    json_add_number(out, row->low);
    text_add(out, " to ");
    json_add_number(out, row->high);
}

void decode_print_allowed(const struct decode_row *row, struct text *out)
{
    switch (row->kind) {
    case DECODE_TEXT:
        text_addf(out, "%s of 1 to %zu bytes", row->form ? row->form->words : "a text", row->most);
        break;
    case DECODE_INTEGER:
        text_add(out, "a whole number");
        range_print(row, out);
        break;
    case DECODE_NUMBER:
        text_add(out, "a number");
        range_print(row, out);
        break;
    case DECODE_FLAG:
        text_add(out, "true or false");
        break;
    case DECODE_WORD:
        words_print(row->words, out);
        break;
    case DECODE_OBJECT:
    case DECODE_TREE:
        text_add(out, "an object");
        break;
    case DECODE_OBJECTS:
        text_addf(out, "a list of 1 to %zu objects", row->most);
        break;
    case DECODE_INTEGERS:
        text_addf(out, "a list of 1 to %zu whole numbers", row->most);
        range_print(row, out);
        break;
    case DECODE_MAP:
        text_addf(out, "an object of at most %zu texts", row->most);
        break;
    case DECODE_ANY:
        text_add(out, "anything");
        break;
    }
}

static void number_print(double number, struct text *out)
{
    if (isnan(number))
        text_add(out, "not a number");
    else if (isinf(number))
        text_add(out, "infinite");
    else
        json_add_number(out, number);
}

void decode_print_value(const struct cJSON *value, struct text *out)
{
    if (cJSON_IsString(value))
        json_add_excerpt(out, value->valuestring, EXCERPT);
    else if (cJSON_IsNumber(value))
        number_print(value->valuedouble, out);
    else if (cJSON_IsBool(value))
        text_add(out, cJSON_IsTrue(value) ? "true" : "false");
    else if (cJSON_IsArray(value))
        text_addf(out, "a list of %d", cJSON_GetArraySize(value));
    else if (cJSON_IsObject(value))
        text_add(out, "an object");
    else
        text_add(out, "null");
}
