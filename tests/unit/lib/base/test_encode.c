/* Encoding: what is printed decodes to the same struct, whatever the struct. */
#include "base/encode.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "ship.h"
#include "support/check.h"

static void every_key_that_applies_is_printed(void)
{
    CLEAN(text) struct text out = {0};
    CLEAN(ship)
    struct ship ship = {.rig = RIG_SLOOP,
                        .name = memory_text("a"),
                        .length = 0.1 + 0.2,
                        .sails = {{COLOUR_RED, 1}, {COLOUR_WHITE, 2}},
                        .sail_count = 2,
                        .log = {-1, 2},
                        .log_count = 2,
                        .miles = 9,
                        .has_cannon = true,
                        .cannon = {.calibre = 3},
                        .cargo = memory_text("{\"tea\":[0.1]}")};

    encode_print(&ship_table, &ship, &out);
    CHECK_TEXT(out.data,
               "{\"rig\":\"sloop\",\"name\":\"a\",\"length\":0.30000000000000004,"
               "\"armed\":false,\"crew\":{\"hands\":0},"
               "\"sails\":[{\"colour\":\"red\",\"area\":1},"
               "{\"colour\":\"white\",\"area\":2}],\"log\":[-1,2],\"miles\":9,"
               "\"cannon\":{\"calibre\":3},\"cargo\":{\"tea\":[0.1]}}");
}

static double random_number(uint64_t *random, double low, double high)
{
    return low + (high - low) * ((double)random_next(random) / 18446744073709551616.0);
}

static int64_t random_integer(uint64_t *random, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(random, (uint64_t)(high - low + 1));
}

static char *random_text(uint64_t *random, const char *letters, size_t most)
{
    size_t length = 1 + (size_t)random_below(random, most);
    char *text = memory_get(length + 1, 1);

    for (size_t i = 0; i < length; i++)
        text[i] = letters[random_below(random, strlen(letters))];
    return text;
}

static void random_ship(uint64_t *random, struct ship *ship)
{
    ship->rig = random_below(random, 2) ? RIG_BRIG : RIG_SLOOP;
    ship->name = random_text(random, "abcxyz", 12);
    ship->masts = ship->rig == RIG_BRIG ? random_integer(random, 1, 4) : 0;
    ship->length = random_number(random, 2.5, 100);
    ship->armed = random_below(random, 2);
    ship->captain = random_below(random, 2) ? random_text(random, "A \"\\/'{}[]:,#", 20) : NULL;
    ship->hands = random_integer(random, 0, 50);
    if (random_below(random, 2)) {
        ship->boat.name = random_text(random, "abc", 12);
        ship->boat.oars = random_integer(random, 1, 8);
    }
    ship->sail_count = (size_t)random_integer(random, 1, 3);
    for (size_t i = 0; i < ship->sail_count; i++) {
        ship->sails[i].colour = random_below(random, 2) ? COLOUR_RED : COLOUR_WHITE;
        ship->sails[i].area = random_number(random, 1, 1000);
    }
    ship->log_count = (size_t)random_integer(random, 0, 4);
    for (size_t i = 0; i < ship->log_count; i++)
        ship->log[i] = random_integer(random, -10, 10);
    *(random_below(random, 2) ? &ship->days : &ship->miles) = random_integer(random, 1, 1000);
    ship->has_cannon = random_below(random, 2);
    ship->cannon.calibre = ship->has_cannon ? random_integer(random, 1, 42) : 0;
    ship->cargo =
        random_below(random, 2) ? memory_text("{\"tea\":[0.1,\"\\u000a\"],\"rum\":{}}") : NULL;
}

static int same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* Compares field by field, numbers bit by bit. */
static int same(const struct ship *a, const struct ship *b)
{
    struct ship plain_a = *a;
    struct ship plain_b = *b;
    int texts = same_text(a->name, b->name) && same_text(a->captain, b->captain) &&
                same_text(a->boat.name, b->boat.name) && same_text(a->cargo, b->cargo);
    const unsigned char *bytes_a = (const unsigned char *)&plain_a;
    const unsigned char *bytes_b = (const unsigned char *)&plain_b;

    plain_a.name = plain_b.name = plain_a.captain = plain_b.captain = NULL;
    plain_a.boat.name = plain_b.boat.name = plain_a.cargo = plain_b.cargo = NULL;
    for (size_t i = 0; i < sizeof plain_a; i++) {
        if (bytes_a[i] != bytes_b[i])
            return 0;
    }
    return texts;
}

static void what_is_printed_decodes_to_the_same(void)
{
    uint64_t random = check_seed();
    int wrong = 0;

    for (int i = 0; i < 2000; i++) {
        CLEAN(text) struct text first = {0};
        CLEAN(text) struct text second = {0};
        CLEAN(problems) struct problems problems = {0};
        CLEAN(ship) struct ship ship;
        CLEAN(ship) struct ship again;
        cJSON *json;

        memset(&ship, 0, sizeof ship); /* padding too */
        memset(&again, 0, sizeof again);
        random_ship(&random, &ship);
        encode_print(&ship_table, &ship, &first);
        json = cJSON_Parse(first.data);
        wrong += !json || decode_read(&ship_table, json, "", &again, &problems);
        cJSON_Delete(json);
        encode_print(&ship_table, &again, &second);
        wrong += !same(&ship, &again) || strcmp(first.data, second.data) != 0;
    }
    CU_ASSERT(wrong == 0);
}

SUITE("base encode",
      {"every key that applies is printed", every_key_that_applies_is_printed},
      {"what is printed decodes to the same", what_is_printed_decodes_to_the_same})
