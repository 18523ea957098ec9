/* decode - a JSON tree read strictly into C structs, by tables: one row a key. Pure.
 *
 * A row says what a key may hold, where it goes and what holds when it is absent. Everything that
 * is wrong is found in one pass and told with its path and with what is allowed: wrong types,
 * numbers out of range, texts too long, keys that are missing, unknown, given twice or in the wrong
 * company. A key that is null is absent, as Kubernetes has it. Recursion follows the tables, never
 * the input. base/encode.h prints by the same tables.
 */
#ifndef BASE_DECODE_H
#define BASE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problems.h"

struct cJSON;

/* What a key holds, and the C type of its place. Numbers of JSON are doubles: a whole number is
 * exact up to 2^53. */
enum decode_kind {
    DECODE_TEXT,     /* char *, owned: 1 to `most` bytes that utf8_line holds for */
    DECODE_INTEGER,  /* int64_t: a whole number from `low` to `high` */
    DECODE_NUMBER,   /* double from `low` to `high` */
    DECODE_FLAG,     /* bool */
    DECODE_WORD,     /* an enum: the place of the word in `words`, which NULL ends */
    DECODE_OBJECT,   /* a struct, by `table` */
    DECODE_OBJECTS,  /* array of structs, by `table`: 1 to `most` of them */
    DECODE_INTEGERS, /* array of int64_t from `low` to `high`: 1 to `most` of them */
    DECODE_MAP,      /* checked and not kept: an object of at most `most` texts */
    DECODE_TREE,     /* char *, owned: an object, kept as JSON (base/json.h) and not looked into */
    DECODE_ANY       /* not looked at, not kept, and not offered in messages */
};

enum decode_need {
    DECODE_PRESET,   /* may be absent: then `preset`; for an object, the presets of its rows */
    DECODE_REQUIRED, /* must be there */
    DECODE_OPTIONAL, /* text, tree, list or object; may be absent: then NULL, none, or all zero */
    DECODE_ONE_OF    /* of the rows of a table that say so exactly one is there; others are 0 */
};

/* A form of texts. */
struct decode_form {
    const char *words; /* for messages: "a DNS label" */
    bool (*fits)(const char *text);
};

struct decode_table;

/* An object that is DECODE_OPTIONAL has `given`, or begins with a required text: that one is NULL
 * when the object is absent. A key that is DECODE_ONE_OF is an integer whose `low` is above 0. */
struct decode_row {
    const char *key;
    enum decode_kind kind;
    enum decode_need need;
    size_t offset; /* of the place, in the struct of the table */
    size_t count;  /* lists: offset of the size_t that counts the elements */
    size_t given;  /* optional objects: offset of the bool, not the struct's first, that says so */
    double low;
    double high;
    double preset;                      /* number, flag (0 or 1) or place of the word */
    size_t most;                        /* bytes of a text, elements of a list, entries of a map */
    const struct decode_form *form;     /* texts and values of a map; NULL = any */
    const struct decode_form *key_form; /* keys of a map */
    const char *const *words;
    const struct decode_table *table;
    /* The words of the table's first row that the key goes with, a bit each; 0 = with all. */
    unsigned only;
};

struct decode_table {
    const struct decode_row *rows;
    size_t row_count;
    size_t size; /* of the struct */
};

/* DECODE_TABLE(rows, struct x) is the table of an array of rows. */
#define DECODE_TABLE(array, type)                                                                  \
    {.rows = (array), .row_count = sizeof(array) / sizeof *(array), .size = sizeof(type)}

/* The offset of a field, which does not compile unless `condition` holds for it. */
#define DECODE_OFFSET(type, field, condition)                                                      \
    (offsetof(type, field) + 0 * sizeof(char[(condition) ? 1 : -1]))
#define DECODE_FIELD(type, field) (((type *)NULL)->field)
#define DECODE_IS(type, field, wanted)                                                             \
    DECODE_OFFSET(                                                                                 \
        type, field, __builtin_types_compatible_p(__typeof__(DECODE_FIELD(type, field)), wanted))
#define DECODE_SIZED(type, field, wanted)                                                          \
    DECODE_OFFSET(type, field, sizeof DECODE_FIELD(type, field) == sizeof(wanted))
#define DECODE_ROOM(type, field)                                                                   \
    (sizeof DECODE_FIELD(type, field) / sizeof *DECODE_FIELD(type, field))

/* Kind and place of a row, with the type of the field checked. */
#define DECODE_AT_TEXT(type, field) .kind = DECODE_TEXT, .offset = DECODE_IS(type, field, char *)
#define DECODE_AT_INTEGER(type, field)                                                             \
    .kind = DECODE_INTEGER, .offset = DECODE_IS(type, field, int64_t)
#define DECODE_AT_NUMBER(type, field)                                                              \
    .kind = DECODE_NUMBER, .offset = DECODE_IS(type, field, double)
#define DECODE_AT_FLAG(type, field) .kind = DECODE_FLAG, .offset = DECODE_IS(type, field, bool)
#define DECODE_AT_WORD(type, field, names)                                                         \
    .kind = DECODE_WORD, .offset = DECODE_SIZED(type, field, unsigned), .words = (names)
#define DECODE_AT_OBJECT(type, field, of)                                                          \
    .kind = DECODE_OBJECT, .offset = offsetof(type, field), .table = &(of)
#define DECODE_AT_OBJECTS(type, field, counter, of)                                                \
    .kind = DECODE_OBJECTS, .offset = offsetof(type, field), .most = DECODE_ROOM(type, field),     \
    .count = DECODE_IS(type, counter, size_t), .table = &(of)
#define DECODE_AT_INTEGERS(type, field, counter)                                                   \
    .kind = DECODE_INTEGERS, .most = DECODE_ROOM(type, field),                                     \
    .offset = DECODE_IS(type, field, int64_t[DECODE_ROOM(type, field)]),                           \
    .count = DECODE_IS(type, counter, size_t)

#define DECODE_AT_TREE(type, field) .kind = DECODE_TREE, .offset = DECODE_IS(type, field, char *)
#define DECODE_GIVEN(type, field)   .need = DECODE_OPTIONAL, .given = DECODE_IS(type, field, bool)

/* An object of the manifest whose keys go into the same struct as their neighbours. */
#define DECODE_HERE(of) .kind = DECODE_OBJECT, .offset = 0, .table = &(of)

/* Reads the JSON object `json`, whose place is `path` ("spec.training"), into the zeroed struct
 * `object`. Returns 0; 1 when a problem was added. Then a place whose key was wrong holds its
 * preset or 0. In both cases decode_done is owed. */
int decode_read(const struct decode_table *table,
                const struct cJSON *json,
                const char *path,
                void *object,
                struct problems *problems);

/* Releases the texts and trees that decode_read allocated, and leaves NULL. */
void decode_done(const struct decode_table *table, void *object);

/* The words of the table's first row that hold for `object`, a bit each; all bits when the first
 * row is not a word. */
unsigned decode_words(const struct decode_table *table, const void *object);

#endif
