/* Decoding: what is right arrives, and everything that is wrong is told, with its place. */
#include "base/decode.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ship.h"
#include "support/check.h"

static const char good[] =
    "{\"rig\": \"brig\", \"name\": \"pequod\", \"masts\": 3, \"length\": 30.25, "
    "\"armed\": false, \"crew\": {\"captain\": \"Ahab\", \"hands\": 30}, "
    "\"boat\": {\"name\": \"dinghy\", \"oars\": 4}, "
    "\"sails\": [{\"area\": 20}, {\"colour\": \"white\", \"area\": 1e2}], "
    "\"log\": [-10, 0, 10], \"days\": 100, "
    "\"flags\": {\"main\": \"black\", \"fore\": \"\"}, \"cannon\": {}, "
    "\"cargo\": {\"tea\": [0.1, {\"kind\": \"black\", \"kind\": null}], \"rum\": true}, "
    "\"papers\": [1, \"two\"]}";

/* Decodes a text that is JSON. */
static int decode(const char *json, struct ship *ship, struct problems *problems)
{
    cJSON *root = cJSON_Parse(json);
    int outcome;

    if (!root)
        abort();
    outcome = decode_read(&ship_table, root, "ship", ship, problems);
    cJSON_Delete(root);
    return outcome;
}

static void every_kind_arrives(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(ship) struct ship ship = {0};

    CU_ASSERT(decode(good, &ship, &problems) == 0 && problems.count == 0);
    CU_ASSERT(ship.rig == RIG_BRIG && ship.masts == 3 && ship.length == 30.25 && !ship.armed);
    CHECK_TEXT(ship.name, "pequod");
    CHECK_TEXT(ship.captain, "Ahab");
    CU_ASSERT(ship.hands == 30 && ship.boat.oars == 4);
    CHECK_TEXT(ship.boat.name, "dinghy");
    CU_ASSERT(ship.sail_count == 2 && ship.sails[0].area == 20 && ship.sails[1].area == 100);
    CU_ASSERT(ship.sails[0].colour == COLOUR_RED && ship.sails[1].colour == COLOUR_WHITE);
    CU_ASSERT(ship.log_count == 3 && ship.log[0] == -10 && ship.log[2] == 10);
    CU_ASSERT(ship.days == 100 && ship.miles == 0);
    CU_ASSERT(ship.has_cannon && ship.cannon.calibre == 12);
    CHECK_TEXT(ship.cargo, "{\"tea\":[0.1,{\"kind\":\"black\",\"kind\":null}],\"rum\":true}");
}

static void what_is_absent_holds_its_preset(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(ship) struct ship ship = {0};

    CU_ASSERT(decode("{\"rig\": \"sloop\", \"name\": \"a\", \"sails\": [{\"area\": 1}], "
                     "\"miles\": 1}",
                     &ship,
                     &problems) == 0);
    CU_ASSERT(ship.rig == RIG_SLOOP && ship.length == 10.5 && ship.armed && ship.hands == 5);
    CU_ASSERT(ship.captain == NULL && ship.boat.name == NULL && ship.boat.oars == 0);
    CU_ASSERT(ship.masts == 0); /* does not go with a sloop */
    CU_ASSERT(ship.log_count == 0 && ship.miles == 1);
    CU_ASSERT(!ship.has_cannon && ship.cannon.calibre == 0 && ship.cargo == NULL);
}

static void what_is_null_is_absent(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(ship) struct ship ship = {0};

    CU_ASSERT(
        decode("{\"rig\": \"brig\", \"name\": \"a\", \"sails\": [{\"area\": 1, \"colour\": null}], "
               "\"days\": null, \"miles\": 1, \"length\": null, \"crew\": null, \"boat\": null, "
               "\"log\": null, \"flags\": null, \"cannon\": null, \"cargo\": null}",
               &ship,
               &problems) == 0);
    CU_ASSERT(ship.length == 10.5 && ship.hands == 5 && ship.boat.name == NULL);
    CU_ASSERT(ship.sails[0].colour == COLOUR_RED && ship.log_count == 0 && ship.miles == 1);
    CU_ASSERT(!ship.has_cannon && ship.cargo == NULL);
}

/* One change of the good text, and the one problem that it makes. */
static const struct mistake {
    const char *what;
    const char *with;
    const char *path;
    const char *text;
} mistakes[] = {
    {"\"brig\"", "\"bark\"", "ship.rig", "must be one of sloop, brig, is \"bark\""},
    {"\"brig\"", "1", "ship.rig", "must be one of sloop, brig, is 1"},
    {"\"rig\": \"brig\", ", "", "ship.rig", "is missing; must be one of sloop, brig"},
    {"\"pequod\"",
     "\"Pequod\"",
     "ship.name",
     "must be a lower-case word of 1 to 12 bytes, is \"Pequod\""},
    {"\"pequod\"", "\"\"", "ship.name", "must be a lower-case word of 1 to 12 bytes, is \"\""},
    {"\"pequod\"",
     "\"abcdefghijklm\"",
     "ship.name",
     "must be a lower-case word of 1 to 12 bytes, is \"abcdefghijklm\""},
    {"\"pequod\"", "null", "ship.name", "is missing; must be a lower-case word of 1 to 12 bytes"},
    {"[-10, 0, 10]", "[null]", "ship.log[0]", "must be a whole number from -10 to 10, is null"},
    {"\"black\"", "null", "ship.flags.main", "must be a lower-case word, is null"},
    {"\"days\": 100", "\"days\": null", "ship", "one of days, miles must be given"},
    {"\"Ahab\"",
     "\"A\\u001bhab\"",
     "ship.crew.captain",
     "must be a text of 1 to 20 bytes, is \"A\\u001bhab\""},
    {"\"Ahab\"",
     "\"0123456789012345678901234567890123456789x\"",
     "ship.crew.captain",
     "must be a text of 1 to 20 bytes, is \"0123456789012345678901234567890123456789...\""},
    {"3,", "0,", "ship.masts", "must be a whole number from 1 to 4, is 0"},
    {"3,", "5,", "ship.masts", "must be a whole number from 1 to 4, is 5"},
    {"3,", "3.5,", "ship.masts", "must be a whole number from 1 to 4, is 3.5"},
    {"3,", "1e999,", "ship.masts", "must be a whole number from 1 to 4, is infinite"},
    {"3,", "\"3\",", "ship.masts", "must be a whole number from 1 to 4, is \"3\""},
    {"3,", "true,", "ship.masts", "must be a whole number from 1 to 4, is true"},
    {"30.25", "2.25", "ship.length", "must be a number from 2.5 to 100, is 2.25"},
    {"30.25", "100.5", "ship.length", "must be a number from 2.5 to 100, is 100.5"},
    {"30.25", "[1]", "ship.length", "must be a number from 2.5 to 100, is a list of 1"},
    {"false", "0", "ship.armed", "must be true or false, is 0"},
    {"false", "{}", "ship.armed", "must be true or false, is an object"},
    {"{\"captain\": \"Ahab\", \"hands\": 30}", "7", "ship.crew", "must be an object, is 7"},
    {"30}", "51}", "ship.crew.hands", "must be a whole number from 0 to 50, is 51"},
    {"\"name\": \"dinghy\", ", "", "ship.boat.name", "is missing; must be a text of 1 to 12 bytes"},
    {"\"boat\": {", "\"boat\": [], \"x\": {", "ship.boat", "must be an object, is a list of 0"},
    {"[{\"area\": 20}, {\"colour\": \"white\", \"area\": 1e2}]",
     "[]",
     "ship.sails",
     "must be a list of 1 to 3 objects, is a list of 0"},
    {"[{\"area\": 20}, {\"colour\": \"white\", \"area\": 1e2}]",
     "[1, 2, 3, 4]",
     "ship.sails",
     "must be a list of 1 to 3 objects, is a list of 4"},
    {"\"sails\": [", "\"sails\": [7, ", "ship.sails[0]", "must be an object, is 7"},
    {"1e2", "1e4", "ship.sails[1].area", "must be a number from 1 to 1000, is 10000"},
    {"{\"area\": 20}", "{}", "ship.sails[0].area", "is missing; must be a number from 1 to 1000"},
    {"\"white\"", "\"blue\"", "ship.sails[1].colour", "must be one of white, red, is \"blue\""},
    {"[-10, 0, 10]",
     "[]",
     "ship.log",
     "must be a list of 1 to 4 whole numbers from -10 to 10, is a list of 0"},
    {"[-10, 0, 10]",
     "[1, 2, 3, 4, 5]",
     "ship.log",
     "must be a list of 1 to 4 whole numbers from -10 to 10, is a list of 5"},
    {"[-10, 0, 10]", "[0, 11]", "ship.log[1]", "must be a whole number from -10 to 10, is 11"},
    {"\"days\": 100, ", "", "ship", "one of days, miles must be given"},
    {"\"days\": 100", "\"days\": 1, \"miles\": 2", "ship", "only one of days, miles may be given"},
    {"\"days\": 100", "\"days\": 0", "ship.days", "must be a whole number from 1 to 1000, is 0"},
    {"\"rig\": \"brig\"",
     "\"rig\": \"sloop\"",
     "ship.masts",
     "does not go with rig sloop; allowed are rig, name, length, armed, crew, boat, sails, log, "
     "days, miles, flags, cannon, cargo"},
    {"\"armed\": false",
     "\"Armed\": false",
     "ship.Armed",
     "is not a key of this object; did you mean armed? Allowed are rig, name, masts, length, "
     "armed, crew, boat, sails, log, days, miles, flags, cannon, cargo"},
    {"\"hands\": 30",
     "\"bottles of rum\": 30",
     "ship.crew[\"bottles of rum\"]",
     "is not a key of this object; allowed are captain, hands"},
    {"\"hands\": 30", "\"hands\": 30, \"hands\": 30", "ship.crew.hands", "is given twice"},
    {"{\"main\": \"black\", \"fore\": \"\"}",
     "1",
     "ship.flags",
     "must be an object of at most 2 "
     "texts, is 1"},
    {"\"fore\": \"\"", "\"a\": \"\", \"b\": \"\"", "ship.flags", "has 3 entries, allowed are 2"},
    {"\"fore\": \"\"", "\"fore\": 1", "ship.flags.fore", "must be a lower-case word, is 1"},
    {"\"fore\": \"\"", "\"fore\": \"B\"", "ship.flags.fore", "must be a lower-case word, is \"B\""},
    {"\"fore\"", "\"For\"", "ship.flags.For", "its key must be a lower-case word"},
    {"\"fore\": \"\"", "\"main\": \"\"", "ship.flags.main", "is given twice"},
    {"\"cannon\": {}", "\"cannon\": 7", "ship.cannon", "must be an object, is 7"},
    {"\"cannon\": {}",
     "\"cannon\": {\"calibre\": 43}",
     "ship.cannon.calibre",
     "must be a whole number from 1 to 42, is 43"},
    {"\"cargo\": {", "\"cargo\": \"tea\", \"x\": {", "ship.cargo", "must be an object, is \"tea\""},
    {"\"papers\"",
     "\"paper\"",
     "ship.paper",
     "is not a key of this object; allowed are rig, name, masts, length, armed, crew, boat, sails, "
     "log, days, miles, flags, cannon, cargo"},
};

static void each_mistake_is_one_problem_with_its_place(void)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        CLEAN_FREE char *json = check_replaced(good, mistakes[i].what, mistakes[i].with);
        CLEAN(problems) struct problems problems = {0};
        CLEAN(ship) struct ship ship = {0};
        bool found = false;

        CU_ASSERT(decode(json, &ship, &problems) == 1);
        for (size_t k = 0; k < problems.count; k++)
            found = found || (!strcmp(problems.items[k].path, mistakes[i].path) &&
                              !strcmp(problems.items[k].text, mistakes[i].text));
        CU_ASSERT(found);
        if (!found && problems.count)
            printf("%s: %s\n", problems.items[0].path, problems.items[0].text);
    }
}

static void everything_wrong_is_told_at_once(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(ship) struct ship ship = {0};

    CU_ASSERT(decode("{\"rig\": 1, \"name\": 2, \"length\": \"x\", \"crew\": {\"hands\": -1}, "
                     "\"sails\": [{\"area\": 0}, {}], \"log\": [0.5, \"a\"], \"no\": 1}",
                     &ship,
                     &problems) == 1);
    CU_ASSERT(problems.count == 10);
}

static void a_wrong_value_leaves_its_preset(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(ship) struct ship ship = {0};

    CU_ASSERT(decode("{\"rig\": \"brig\", \"masts\": 77, \"length\": 1, \"armed\": 0, "
                     "\"crew\": {\"hands\": true}, \"sails\": [{\"colour\": 1}]}",
                     &ship,
                     &problems) == 1);
    CU_ASSERT(ship.masts == 2 && ship.length == 10.5 && ship.armed && ship.hands == 5);
    CU_ASSERT(ship.sail_count == 1 && ship.sails[0].colour == COLOUR_RED && ship.name == NULL);
}

static void what_goes_with_a_word_is_not_missed_while_the_word_is_wrong(void)
{
    static const struct decode_row rows[] = {
        {.key = "rig", DECODE_AT_WORD(struct ship, rig, ship_rigs), .need = DECODE_REQUIRED},
        {.key = "masts",
         DECODE_AT_INTEGER(struct ship, masts),
         .need = DECODE_REQUIRED,
         .low = 1,
         .high = 4,
         .only = 1u << RIG_BRIG},
    };
    static const struct decode_table table = DECODE_TABLE(rows, struct ship);
    static const struct {
        const char *text;
        size_t problems;
    } cases[] = {{"{\"rig\": \"bark\"}", 1},
                 {"{\"rig\": \"bark\", \"masts\": 9}", 2},
                 {"{\"rig\": \"bark\", \"masts\": 2}", 1},
                 {"{\"rig\": \"brig\"}", 1},
                 {"{\"rig\": \"sloop\"}", 0}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEAN(problems) struct problems problems = {0};
        struct ship ship = {0};
        cJSON *root = cJSON_Parse(cases[i].text);

        CU_ASSERT_FATAL(root != NULL);
        CU_ASSERT(decode_read(&table, root, "", &ship, &problems) == (cases[i].problems != 0));
        CU_ASSERT(problems.count == cases[i].problems);
        cJSON_Delete(root);
    }
}

static void what_is_not_an_object_is_a_problem_of_the_whole(void)
{
    static const char *const roots[] = {"null", "[]", "1", "\"ship\""};

    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        CLEAN(problems) struct problems problems = {0};
        CLEAN(ship) struct ship ship = {0};

        CU_ASSERT(decode(roots[i], &ship, &problems) == 1);
        CU_ASSERT_FATAL(problems.count == 1);
        CHECK_TEXT(problems.items[0].path, "ship");
    }
}

static void a_number_that_is_none_is_refused(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(ship) struct ship ship = {0};
    cJSON *root = cJSON_Parse(good);

    CU_ASSERT_FATAL(root != NULL);
    cJSON_GetObjectItemCaseSensitive(root, "length")->valuedouble = NAN;
    cJSON_GetObjectItemCaseSensitive(root, "masts")->valuedouble = NAN;
    CU_ASSERT(decode_read(&ship_table, root, "", &ship, &problems) == 1);
    CU_ASSERT_FATAL(problems.count == 2);
    CHECK_TEXT(problems.items[0].path, "masts");
    CHECK_TEXT(problems.items[1].text, "must be a number from 2.5 to 100, is not a number");
    cJSON_Delete(root);
}

static void releasing_twice_is_harmless(void)
{
    CLEAN(problems) struct problems problems = {0};
    struct ship ship = {0};

    CU_ASSERT(decode(good, &ship, &problems) == 0);
    decode_done(&ship_table, &ship);
    CU_ASSERT(ship.name == NULL && ship.boat.name == NULL && ship.cargo == NULL);
    decode_done(&ship_table, &ship);
}

SUITE("base decode",
      {"every kind arrives", every_kind_arrives},
      {"what is absent holds its preset", what_is_absent_holds_its_preset},
      {"what is null is absent", what_is_null_is_absent},
      {"each mistake is one problem with its place", each_mistake_is_one_problem_with_its_place},
      {"everything wrong is told at once", everything_wrong_is_told_at_once},
      {"a wrong value leaves its preset", a_wrong_value_leaves_its_preset},
      {"what goes with a word is not missed while the word is wrong",
       what_goes_with_a_word_is_not_missed_while_the_word_is_wrong},
      {"what is not an object is a problem of the whole",
       what_is_not_an_object_is_a_problem_of_the_whole},
      {"a number that is none is refused", a_number_that_is_none_is_refused},
      {"releasing twice is harmless", releasing_twice_is_harmless})
