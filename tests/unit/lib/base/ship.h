/* ship - a made-up object with a row of every kind, for the tests of decode and encode. */
#ifndef TESTS_BASE_SHIP_H
#define TESTS_BASE_SHIP_H

#include <string.h>

#include "base/decode.h"

enum ship_rig { RIG_SLOOP, RIG_BRIG };
enum ship_colour { COLOUR_WHITE, COLOUR_RED };

struct ship_sail {
    enum ship_colour colour;
    double area;
};

struct ship_boat {
    char *name;
    int64_t oars;
};

struct ship_cannon {
    int64_t calibre;
};

struct ship {
    enum ship_rig rig;
    char *name;
    int64_t masts;
    double length;
    bool armed;
    char *captain;
    int64_t hands;
    struct ship_boat boat;
    struct ship_sail sails[3];
    size_t sail_count;
    int64_t log[4];
    size_t log_count;
    int64_t days;
    int64_t miles;
    struct ship_cannon cannon;
    bool has_cannon;
    char *cargo;
};

static inline bool ship_lower(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz") == strlen(text);
}

static const struct decode_form ship_lower_form = {"a lower-case word", ship_lower};
static const char *const ship_rigs[] = {"sloop", "brig", NULL};
static const char *const ship_colours[] = {"white", "red", NULL};

static const struct decode_row ship_crew_rows[] = {
    {.key = "captain",
     DECODE_AT_TEXT(struct ship, captain),
     .need = DECODE_OPTIONAL,
     .most = 20,
     .form = NULL},
    {.key = "hands", DECODE_AT_INTEGER(struct ship, hands), .low = 0, .high = 50, .preset = 5},
};
static const struct decode_table ship_crew_table = DECODE_TABLE(ship_crew_rows, struct ship);

static const struct decode_row ship_boat_rows[] = {
    {.key = "name", DECODE_AT_TEXT(struct ship_boat, name), .need = DECODE_REQUIRED, .most = 12},
    {.key = "oars", DECODE_AT_INTEGER(struct ship_boat, oars), .low = 1, .high = 8, .preset = 2},
};
static const struct decode_table ship_boat_table = DECODE_TABLE(ship_boat_rows, struct ship_boat);

static const struct decode_row ship_cannon_rows[] = {
    {.key = "calibre",
     DECODE_AT_INTEGER(struct ship_cannon, calibre),
     .low = 1,
     .high = 42,
     .preset = 12},
};
static const struct decode_table ship_cannon_table =
    DECODE_TABLE(ship_cannon_rows, struct ship_cannon);

static const struct decode_row ship_sail_rows[] = {
    {.key = "colour", DECODE_AT_WORD(struct ship_sail, colour, ship_colours), .preset = COLOUR_RED},
    {.key = "area",
     DECODE_AT_NUMBER(struct ship_sail, area),
     .need = DECODE_REQUIRED,
     .low = 1,
     .high = 1000},
};
static const struct decode_table ship_sail_table = DECODE_TABLE(ship_sail_rows, struct ship_sail);

static const struct decode_row ship_rows[] = {
    {.key = "rig", DECODE_AT_WORD(struct ship, rig, ship_rigs), .need = DECODE_REQUIRED},
    {.key = "name",
     DECODE_AT_TEXT(struct ship, name),
     .need = DECODE_REQUIRED,
     .most = 12,
     .form = &ship_lower_form},
    {.key = "masts",
     DECODE_AT_INTEGER(struct ship, masts),
     .low = 1,
     .high = 4,
     .preset = 2,
     .only = 1u << RIG_BRIG},
    {.key = "length",
     DECODE_AT_NUMBER(struct ship, length),
     .low = 2.5,
     .high = 100,
     .preset = 10.5},
    {.key = "armed", DECODE_AT_FLAG(struct ship, armed), .preset = true},
    {.key = "crew", DECODE_HERE(ship_crew_table)},
    {.key = "boat", DECODE_AT_OBJECT(struct ship, boat, ship_boat_table), .need = DECODE_OPTIONAL},
    {.key = "sails",
     DECODE_AT_OBJECTS(struct ship, sails, sail_count, ship_sail_table),
     .need = DECODE_REQUIRED},
    {.key = "log", DECODE_AT_INTEGERS(struct ship, log, log_count), .low = -10, .high = 10},
    {.key = "days",
     DECODE_AT_INTEGER(struct ship, days),
     .need = DECODE_ONE_OF,
     .low = 1,
     .high = 1000},
    {.key = "miles",
     DECODE_AT_INTEGER(struct ship, miles),
     .need = DECODE_ONE_OF,
     .low = 1,
     .high = 9000},
    {.key = "flags",
     .kind = DECODE_MAP,
     .need = DECODE_OPTIONAL,
     .most = 2,
     .key_form = &ship_lower_form,
     .form = &ship_lower_form},
    {.key = "cannon",
     DECODE_AT_OBJECT(struct ship, cannon, ship_cannon_table),
     DECODE_GIVEN(struct ship, has_cannon)},
    {.key = "cargo", DECODE_AT_TREE(struct ship, cargo), .need = DECODE_OPTIONAL},
    {.key = "papers", .kind = DECODE_ANY, .need = DECODE_OPTIONAL},
};
static const struct decode_table ship_table = DECODE_TABLE(ship_rows, struct ship);

static inline void ship_done(struct ship *ship)
{
    decode_done(&ship_table, ship);
}

CLEANUP_DEFINE(ship, struct ship, ship_done)

#endif
