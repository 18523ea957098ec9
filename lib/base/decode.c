/* decode - a JSON tree read strictly into C structs, by tables. */
#include "base/decode.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/decode_print.h"
#include "base/decode_scalar.h"
#include "base/json.h"
#include "base/nearest.h"
#include "base/place.h"
#include "base/text.h"

struct decoder {
    struct text path;
    struct problems *problems;
};

static void *at(void *object, size_t offset)
{
    return (char *)object + offset;
}

static void *place_of(const struct decode_row *row, void *object)
{
    return at(object, row->offset);
}

/* Adds the problem of a value that its row does not allow. Returns false. */
static bool refuse(struct decoder *decoder, const struct decode_row *row, const cJSON *value)
{
    CLEAN(text) struct text allowed = {0};
    CLEAN(text) struct text found = {0};

    decode_print_allowed(row, &allowed);
    decode_print_value(value, &found);
    problems_add(decoder->problems,
                 text_string(&decoder->path),
                 "must be %s, is %s",
                 allowed.data,
                 found.data);
    return false;
}

static void problem_at_key(struct decoder *decoder, const char *key, const char *text)
{
    size_t mark = decoder->path.size;

    place_add_key(&decoder->path, key);
    problems_add(decoder->problems, decoder->path.data, "%s", text);
    text_cut(&decoder->path, mark);
}

static bool value_read(struct decoder *decoder,
                       const struct decode_row *row,
                       const cJSON *value,
                       void *object);

static void object_read(struct decoder *decoder,
                        const struct decode_table *table,
                        const cJSON *json,
                        void *object);

/* Reads a list as that many values that stand side by side in the struct. */
static bool list_read(struct decoder *decoder,
                      const struct decode_row *row,
                      const cJSON *value,
                      void *object)
{
    bool objects = row->kind == DECODE_OBJECTS;
    struct decode_row element = {.kind = objects ? DECODE_OBJECT : DECODE_INTEGER,
                                 .offset = row->offset,
                                 .low = row->low,
                                 .high = row->high,
                                 .table = row->table};
    size_t step = objects ? row->table->size : sizeof(int64_t);
    int length = cJSON_GetArraySize(value);
    size_t *count = at(object, row->count);
    size_t mark = decoder->path.size;
    const cJSON *child;

    if (!cJSON_IsArray(value) || length < 1 || (size_t)length > row->most)
        return refuse(decoder, row, value);
    cJSON_ArrayForEach(child, value)
    {
        place_add_index(&decoder->path, (*count)++);
        value_read(decoder, &element, child, object);
        text_cut(&decoder->path, mark);
        element.offset += step;
    }
    return true;
}

/* Finds the first value of a key; `*again` receives whether there is a second one. */
static const cJSON *value_of(const cJSON *json, const char *key, bool *again)
{
    const cJSON *found = NULL;
    const cJSON *child;

    *again = false;
    cJSON_ArrayForEach(child, json)
    {
        if (strcmp(child->string, key))
            continue;
        *again = found != NULL;
        if (*again)
            break;
        found = child;
    }
    return found;
}

/* The same for a key that a table has: null is as good as none. */
static const cJSON *said(const cJSON *json, const char *key, bool *again)
{
    const cJSON *value = value_of(json, key, again);

    return cJSON_IsNull(value) ? NULL : value;
}

/* Checks one entry of a map, whose place is the path. */
static void entry_check(struct decoder *decoder,
                        const struct decode_row *row,
                        const cJSON *map,
                        const cJSON *entry)
{
    const char *place = decoder->path.data;
    bool again;

    if (value_of(map, entry->string, &again) != entry)
        return;
    if (again)
        problems_add(decoder->problems, place, "is given twice");
    if (row->key_form && !row->key_form->fits(entry->string))
        problems_add(decoder->problems, place, "its key must be %s", row->key_form->words);
    if (!cJSON_IsString(entry) || (row->form && !row->form->fits(entry->valuestring))) {
        CLEAN(text) struct text found = {0};

        decode_print_value(entry, &found);
        problems_add(decoder->problems,
                     place,
                     "must be %s, is %s",
                     row->form ? row->form->words : "a text",
                     found.data);
    }
}

static bool map_check(struct decoder *decoder, const struct decode_row *row, const cJSON *value)
{
    size_t mark = decoder->path.size;
    const cJSON *entry;

    if (!cJSON_IsObject(value))
        return refuse(decoder, row, value);
    if ((size_t)cJSON_GetArraySize(value) > row->most) {
        problems_add(decoder->problems,
                     decoder->path.data,
                     "has %d entries, allowed are %zu",
                     cJSON_GetArraySize(value),
                     row->most);
        return false;
    }
    cJSON_ArrayForEach(entry, value)
    {
        place_add_key(&decoder->path, entry->string);
        entry_check(decoder, row, value, entry);
        text_cut(&decoder->path, mark);
    }
    return true;
}

static bool tree_read(struct decoder *decoder,
                      const struct decode_row *row,
                      const cJSON *value,
                      void *object)
{
    struct text out = {0};

    if (!cJSON_IsObject(value))
        return refuse(decoder, row, value);
    json_add_tree(&out, value);
    *(char **)place_of(row, object) = out.data;
    return true;
}

static bool value_read(struct decoder *decoder,
                       const struct decode_row *row,
                       const cJSON *value,
                       void *object)
{
    switch (row->kind) {
    case DECODE_OBJECT:
        if (row->given)
            *(bool *)at(object, row->given) = true;
        if (!cJSON_IsObject(value))
            return refuse(decoder, row, value);
        object_read(decoder, row->table, value, place_of(row, object));
        return true;
    case DECODE_OBJECTS:
    case DECODE_INTEGERS:
        return list_read(decoder, row, value, object);
    case DECODE_MAP:
        return map_check(decoder, row, value);
    case DECODE_TREE:
        return tree_read(decoder, row, value, object);
    case DECODE_ANY:
        return true;
    default:
        return decode_scalar_read(row, value, place_of(row, object)) || refuse(decoder, row, value);
    }
}

/* Rows. */

/* Does what the absence of a key means; the path is the key's. */
static bool absent(struct decoder *decoder, const struct decode_row *row, void *object)
{
    CLEAN(text) struct text allowed = {0};

    if (row->need == DECODE_REQUIRED) {
        decode_print_allowed(row, &allowed);
        problems_add(decoder->problems, decoder->path.data, "is missing; must be %s", allowed.data);
        return false;
    }
    if (row->need == DECODE_PRESET && row->kind == DECODE_OBJECT)
        object_read(decoder, row->table, NULL, place_of(row, object));
    if (row->need == DECODE_PRESET)
        decode_scalar_preset(row, place_of(row, object));
    return true;
}

/* Reads one row out of the object. Returns whether its place now holds what was said. */
static bool row_read(struct decoder *decoder,
                     const struct decode_row *row,
                     const cJSON *json,
                     void *object)
{
    size_t mark = decoder->path.size;
    bool again;
    const cJSON *value = said(json, row->key, &again);
    bool taken;

    place_add_key(&decoder->path, row->key);
    if (again)
        problems_add(decoder->problems, decoder->path.data, "is given twice");
    taken = value ? value_read(decoder, row, value, object) : absent(decoder, row, object);
    if (!taken && row->need == DECODE_PRESET)
        decode_scalar_preset(row, place_of(row, object));
    text_cut(&decoder->path, mark);
    return taken;
}

static bool belongs(const struct decode_row *row, unsigned words)
{
    return !row->only || row->only & words;
}

static const struct decode_row *row_find(const struct decode_table *table, const char *key)
{
    for (size_t i = 0; i < table->row_count; i++) {
        if (!strcmp(table->rows[i].key, key))
            return &table->rows[i];
    }
    return NULL;
}

static bool offered(const struct decode_row *row, unsigned words)
{
    return row->kind != DECODE_ANY && belongs(row, words);
}

/* Adds the keys of a table that go with these words. */
static void keys_print(const struct decode_table *table, unsigned words, struct text *out)
{
    const char *comma = "";

    for (size_t i = 0; i < table->row_count; i++) {
        if (offered(&table->rows[i], words)) {
            text_addf(out, "%s%s", comma, table->rows[i].key);
            comma = ", ";
        }
    }
}

/* Adds the nearest of those keys, if one is near. Returns whether there is one. */
static bool nearest_print(const struct decode_table *table,
                          unsigned words,
                          const char *key,
                          struct text *out)
{
    struct nearest nearest = {.wanted = key};

    for (size_t i = 0; i < table->row_count; i++) {
        if (offered(&table->rows[i], words))
            nearest_offer(&nearest, table->rows[i].key);
    }
    if (nearest.found)
        text_addf(out, "; did you mean %s?", nearest.found);
    return nearest.found != NULL;
}

/* Adds the problem of a key that has no row, or none that goes with these words. */
static void key_refuse(struct decoder *decoder,
                       const struct decode_table *table,
                       unsigned words,
                       const char *key)
{
    CLEAN(text) struct text text = {0};
    const struct decode_row *first = table->rows;
    bool near = false;

    if (row_find(table, key)) {
        text_addf(&text, "does not go with %s %s", first->key, first->words[__builtin_ctz(words)]);
    } else {
        text_add(&text, "is not a key of this object");
        near = nearest_print(table, words, key, &text);
    }
    text_add(&text, near ? " Allowed are " : "; allowed are ");
    keys_print(table, words, &text);
    problem_at_key(decoder, key, text.data);
}

static void keys_check(struct decoder *decoder,
                       const struct decode_table *table,
                       unsigned words,
                       const cJSON *json)
{
    const cJSON *child;

    cJSON_ArrayForEach(child, json)
    {
        const struct decode_row *row = row_find(table, child->string);

        if (!row || !belongs(row, words))
            key_refuse(decoder, table, words, child->string);
    }
}

/* Checks that exactly one of the table's rows that are DECODE_ONE_OF is there. */
static void choice_check(struct decoder *decoder,
                         const struct decode_table *table,
                         const cJSON *json)
{
    CLEAN(text) struct text keys = {0};
    size_t given = 0;

    for (size_t i = 0; i < table->row_count; i++) {
        const struct decode_row *row = &table->rows[i];
        bool again;

        if (row->need != DECODE_ONE_OF)
            continue;
        text_addf(&keys, "%s%s", keys.size ? ", " : "", row->key);
        given += said(json, row->key, &again) != NULL;
    }
    if (keys.size && given != 1)
        problems_add(decoder->problems,
                     text_string(&decoder->path),
                     given ? "only one of %s may be given" : "one of %s must be given",
                     keys.data);
}

static void object_read(struct decoder *decoder,
                        const struct decode_table *table,
                        const cJSON *json,
                        void *object)
{
    unsigned words = ~0u;
    bool sure = row_read(decoder, &table->rows[0], json, object);

    if (sure)
        words = decode_words(table, object);
    for (size_t i = 1; i < table->row_count; i++) {
        const struct decode_row *row = &table->rows[i];
        bool again;

        /* Whether a key is missing that goes with one word only is not known without the word. */
        if (belongs(row, words) && (sure || !row->only || said(json, row->key, &again)))
            row_read(decoder, row, json, object);
    }
    keys_check(decoder, table, words, json);
    choice_check(decoder, table, json);
}

unsigned decode_words(const struct decode_table *table, const void *object)
{
    unsigned word;

    if (table->rows[0].kind != DECODE_WORD)
        return ~0u;
    memcpy(&word, (const char *)object + table->rows[0].offset, sizeof word);
    return 1u << word;
}

int decode_read(const struct decode_table *table,
                const struct cJSON *json,
                const char *path,
                void *object,
                struct problems *problems)
{
    struct decoder decoder = {.problems = problems};
    struct decode_row whole = {.kind = DECODE_OBJECT, .table = table};
    size_t before = problems->count + problems->dropped;

    text_add(&decoder.path, path);
    value_read(&decoder, &whole, json, object);
    text_done(&decoder.path);
    return problems->count + problems->dropped != before;
}

static void text_release(char **text)
{
    free(*text);
    *text = NULL;
}

void decode_done(const struct decode_table *table, void *object)
{
    for (size_t i = 0; i < table->row_count; i++) {
        const struct decode_row *row = &table->rows[i];
        const size_t *listed = at(object, row->count);
        size_t count = row->kind == DECODE_OBJECTS ? *listed : row->kind == DECODE_OBJECT;

        if (row->kind == DECODE_TEXT || row->kind == DECODE_TREE)
            text_release(place_of(row, object));
        for (size_t k = 0; k < count; k++)
            decode_done(row->table, at(object, row->offset + k * row->table->size));
    }
}
