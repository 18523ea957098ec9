/* encode - a struct printed as JSON by the table that decodes it. */
#include "base/encode.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

static const void *at(const void *object, size_t offset)
{
    return (const char *)object + offset;
}

static const void *place_of(const struct decode_row *row, const void *object)
{
    return at(object, row->offset);
}

static size_t count_of(const struct decode_row *row, const void *object)
{
    return *(const size_t *)at(object, row->count);
}

static void word_print(const struct decode_row *row, const void *place, struct text *out)
{
    unsigned word;

    memcpy(&word, place, sizeof word);
    json_add_text(out, row->words[word]);
}

static void integers_print(const int64_t *numbers, size_t count, struct text *out)
{
    text_add(out, "[");
    for (size_t i = 0; i < count; i++)
        text_addf(out, "%s%" PRId64, i ? "," : "", numbers[i]);
    text_add(out, "]");
}

static void objects_print(const struct decode_row *row, const void *object, struct text *out)
{
    const char *element = place_of(row, object);
    size_t count = count_of(row, object);

    text_add(out, "[");
    for (size_t i = 0; i < count; i++) {
        text_add(out, i ? "," : "");
        encode_print(row->table, element + i * row->table->size, out);
    }
    text_add(out, "]");
}

static void value_print(const struct decode_row *row, const void *object, struct text *out)
{
    const void *place = place_of(row, object);

    switch (row->kind) {
    case DECODE_TEXT:
        json_add_text(out, *(char *const *)place);
        break;
    case DECODE_INTEGER:
        text_addf(out, "%" PRId64, *(const int64_t *)place);
        break;
    case DECODE_NUMBER:
        json_add_number(out, *(const double *)place);
        break;
    case DECODE_FLAG:
        text_add(out, *(const bool *)place ? "true" : "false");
        break;
    case DECODE_WORD:
        word_print(row, place, out);
        break;
    case DECODE_OBJECT:
        encode_print(row->table, place, out);
        break;
    case DECODE_OBJECTS:
        objects_print(row, object, out);
        break;
    case DECODE_INTEGERS:
        integers_print(place, count_of(row, object), out);
        break;
    case DECODE_TREE:
        text_add(out, *(char *const *)place);
        break;
    case DECODE_MAP:
    case DECODE_ANY:
        break;
    }
}

/* Whether an object that may be absent is there: a flag tells, or its first row, a required text.
 */
static bool object_given(const struct decode_row *row, const void *object)
{
    if (row->need != DECODE_OPTIONAL)
        return true;
    if (row->given)
        return *(const bool *)at(object, row->given);
    return *(char *const *)place_of(&row->table->rows[0], place_of(row, object)) != NULL;
}

/* Whether the struct says anything about this row. */
static bool given(const struct decode_row *row, const void *object, unsigned words)
{
    const void *place = place_of(row, object);

    if (row->only && !(row->only & words))
        return false;
    switch (row->kind) {
    case DECODE_TEXT:
    case DECODE_TREE:
        return *(char *const *)place != NULL;
    case DECODE_INTEGER:
        return row->need != DECODE_ONE_OF || *(const int64_t *)place != 0;
    case DECODE_OBJECT:
        return object_given(row, object);
    case DECODE_OBJECTS:
    case DECODE_INTEGERS:
        return count_of(row, object) != 0;
    default:
        return row->kind != DECODE_MAP && row->kind != DECODE_ANY;
    }
}

void encode_print(const struct decode_table *table, const void *object, struct text *out)
{
    unsigned words = decode_words(table, object);
    const char *comma = "";

    text_add(out, "{");
    for (size_t i = 0; i < table->row_count; i++) {
        const struct decode_row *row = &table->rows[i];

        if (!given(row, object, words))
            continue;
        text_addf(out, "%s\"%s\":", comma, row->key);
        value_print(row, object, out);
        comma = ",";
    }
    text_add(out, "}");
}
