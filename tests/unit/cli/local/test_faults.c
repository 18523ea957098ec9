/* The grammar of --faults, what is due when, and the words for it. */
#include "cli/local/faults.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "support/check.h"

#define SLOTS 3
#define RANKS 6

static int parse(struct faults *faults, const char *list, struct error *error)
{
    return faults_parse(faults, list, SLOTS, RANKS, error);
}

static void every_target_and_both_times_are_read(void)
{
    static const struct {
        const char *text;
        struct fault_entry entry;
    } rows[] = {
        {"rank:0@step=1", {.target = FAULT_RANK, .index = 0, .step = 1}},
        {"rank:5@step=9223372036854775807", {.target = FAULT_RANK, .index = 5, .step = INT64_MAX}},
        {"agent:2@30.5s",
         {.target = FAULT_AGENT, .index = 2, .step = -1, .after = CLOCK_MS(30500)}},
        {"slot:1@0s", {.target = FAULT_SLOT, .index = 1, .step = -1, .after = 0}},
        {"slot:1@.25s", {.target = FAULT_SLOT, .index = 1, .step = -1, .after = CLOCK_MS(250)}},
        {"pod:0@step=3/9s",
         {.target = FAULT_POD, .index = 0, .step = 3, .length = CLOCK_SECONDS(9)}},
        {"drain:2@step=40", {.target = FAULT_DRAIN, .index = 2, .step = 40}},
        {"lead@step=900", {.target = FAULT_LEAD, .step = 900}},
        {"lead@1000000s", {.target = FAULT_LEAD, .step = -1, .after = CLOCK_SECONDS(1000000)}},
        {"rank:1@step=7/2.5s",
         {.target = FAULT_RANK, .index = 1, .step = 7, .length = CLOCK_MS(2500)}},
        {"lead@1s/9s",
         {.target = FAULT_LEAD, .step = -1, .after = CLOCK_SECONDS(1), .length = CLOCK_SECONDS(9)}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct faults faults = {.count = 0};
        const struct fault_entry *entry = &faults.entries[0];
        const struct fault_entry *wanted = &rows[i].entry;

        CU_ASSERT(parse(&faults, rows[i].text, NULL) == 0);
        CU_ASSERT(faults.count == 1);
        CU_ASSERT(entry->target == wanted->target && entry->index == wanted->index);
        CU_ASSERT(entry->step == wanted->step && entry->after == wanted->after);
        CU_ASSERT(entry->length == wanted->length);
        CU_ASSERT(!entry->done && !entry->struck && !entry->resumed);
    }
}

static void a_list_keeps_its_order_and_may_be_empty(void)
{
    struct faults faults = {.count = 7};

    CU_ASSERT(parse(&faults, "", NULL) == 0 && faults.count == 0);
    CU_ASSERT(parse(&faults, "rank:2@step=300,slot:1@25s,lead@step=900", NULL) == 0);
    CU_ASSERT(faults.count == 3);
    CU_ASSERT(faults.entries[0].target == FAULT_RANK && faults.entries[0].step == 300);
    CU_ASSERT(faults.entries[1].target == FAULT_SLOT && faults.entries[1].step == -1);
    CU_ASSERT(faults.entries[2].target == FAULT_LEAD && faults.entries[2].step == 900);
}

#define ALLOWED                                                                                    \
    " is not a fault: allowed are rank:R, agent:S, slot:S, pod:S, drain:S or lead, then @step=N "  \
    "or "                                                                                          \
    "@SECONDSs, then nothing or /SECONDSs"

static void each_error_names_the_entry_and_changes_nothing(void)
{
    static const struct {
        const char *list;
        const char *error;
    } rows[] = {
        {"rank:6@step=1", "'rank:6@step=1': there are only 0 to 5"},
        {"agent:3@1s", "'agent:3@1s': there are only 0 to 2"},
        {"slot:3@1s", "'slot:3@1s': there are only 0 to 2"},
        {"pod:3@1s", "'pod:3@1s': there are only 0 to 2"},
        {"lead@1s,rank:4294967295@1s", "'rank:4294967295@1s': there are only 0 to 5"},
        {"rank:4294967296@1s", "'rank:4294967296@1s'" ALLOWED},
        {"rank:-1@1s", "'rank:-1@1s'" ALLOWED},
        {"rank:@1s", "'rank:@1s'" ALLOWED},
        {"rank:x@1s", "'rank:x@1s'" ALLOWED},
        {"rank:1:2@1s", "'rank:1:2@1s'" ALLOWED},
        {"rank@1s", "'rank@1s'" ALLOWED},
        {"lead:0@1s", "'lead:0@1s'" ALLOWED},
        {"leader@1s", "'leader@1s'" ALLOWED},
        {"Rank:1@1s", "'Rank:1@1s'" ALLOWED},
        {"@1s", "'@1s'" ALLOWED},
        {"lead", "'lead'" ALLOWED},
        {"lead@", "'lead@'" ALLOWED},
        {"lead@1", "'lead@1'" ALLOWED},
        {"lead@s", "'lead@s'" ALLOWED},
        {"lead@.s", "'lead@.s'" ALLOWED},
        {"lead@1ss", "'lead@1ss'" ALLOWED},
        {"lead@1s@1s", "'lead@1s@1s'" ALLOWED},
        {"lead@ 1s", "'lead@ 1s'" ALLOWED},
        {"lead@+1s", "'lead@+1s'" ALLOWED},
        {"lead@-1s", "'lead@-1s'" ALLOWED},
        {"lead@1e3s", "'lead@1e3s'" ALLOWED},
        {"lead@0x10s", "'lead@0x10s'" ALLOWED},
        {"lead@infs", "'lead@infs'" ALLOWED},
        {"lead@nans", "'lead@nans'" ALLOWED},
        {"lead@1000001s", "'lead@1000001s'" ALLOWED},
        {"lead@step=0", "'lead@step=0'" ALLOWED},
        {"lead@step=-1", "'lead@step=-1'" ALLOWED},
        {"lead@step=", "'lead@step='" ALLOWED},
        {"lead@step=9223372036854775808", "'lead@step=9223372036854775808'" ALLOWED},
        {"lead@1s/", "'lead@1s/'" ALLOWED},
        {"drain:1@1s/2s", "'drain:1@1s/2s'" ALLOWED},
        {"drain@1s", "'drain@1s'" ALLOWED},
        {"drain:3@1s", "'drain:3@1s': there are only 0 to 2"},
        {"lead@1s/0s", "'lead@1s/0s'" ALLOWED},
        {"lead@1s/5", "'lead@1s/5'" ALLOWED},
        {"lead@1s/1s/1s", "'lead@1s/1s/1s'" ALLOWED},
        {"lead@1s/step=5", "'lead@1s/step=5'" ALLOWED},
        {"lead/1s@1s", "'lead/1s@1s'" ALLOWED},
        {"lead@1s, lead@2s", "' lead@2s'" ALLOWED},
        {"lead@1s,,lead@2s", "''" ALLOWED},
        {",lead@1s", "''" ALLOWED},
        {"lead@1s,", "a fault is missing after the last comma"},
        {",", "''" ALLOWED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct faults faults = {.count = 77};
        struct error error = {""};

        CU_ASSERT(parse(&faults, rows[i].list, &error) == -1);
        CHECK_TEXT(error.text, rows[i].error);
        CU_ASSERT(faults.count == 77);
    }
}

static void an_entry_of_any_length_is_refused_in_words(void)
{
    for (size_t length = 1; length < 300; length++) {
        CLEAN(text) struct text list = {0};
        struct faults faults;
        struct error error = {""};

        while (list.size < length)
            text_add(&list, "x");
        text_add(&list, "@1s");
        CU_ASSERT(parse(&faults, list.data, &error) == -1);
        CHECK_HAS(error.text, "is not a fault");
    }
}

static void a_list_holds_so_many_and_not_one_more(void)
{
    CLEAN(text) struct text list = {0};
    struct faults faults = {.count = 0};
    struct error error = {""};

    for (int i = 0; i < FAULTS_MOST; i++)
        text_addf(&list, "%slead@step=%d", i ? "," : "", i + 1);
    CU_ASSERT(parse(&faults, list.data, NULL) == 0 && faults.count == FAULTS_MOST);
    CU_ASSERT(faults.entries[FAULTS_MOST - 1].step == FAULTS_MOST);
    text_add(&list, ",lead@1s");
    CU_ASSERT(parse(&faults, list.data, &error) == -1);
    CHECK_TEXT(error.text, "more than 256 faults");
}

static void an_entry_is_due_at_its_step_or_its_time_and_once(void)
{
    struct faults faults;
    struct fault_entry *entry;

    CU_ASSERT_FATAL(parse(&faults, "rank:1@step=10,slot:1@2s,lead@0s", NULL) == 0);
    CU_ASSERT(faults_due(&faults, -1, -1) == NULL);
    CU_ASSERT(faults_due(&faults, 0, -1) == NULL);
    CU_ASSERT(faults_due(&faults, 9, 0) == &faults.entries[2]);
    faults.entries[2].done = true;
    CU_ASSERT(faults_due(&faults, 9, CLOCK_SECONDS(2) - 1) == NULL);
    CU_ASSERT(faults_due(&faults, 9, CLOCK_SECONDS(2)) == &faults.entries[1]);
    /* Of two that are due the first of the list comes first. */
    entry = faults_due(&faults, 11, CLOCK_SECONDS(3));
    CU_ASSERT(entry == &faults.entries[0]);
    faults.entries[0].done = true;
    CU_ASSERT(faults_due(&faults, 11, CLOCK_SECONDS(3)) == &faults.entries[1]);
    faults.entries[1].done = true;
    CU_ASSERT(faults_due(&faults, INT64_MAX, INT64_MAX) == NULL);
}

static void what_was_stopped_goes_on_after_its_time_and_once(void)
{
    struct faults faults;

    CU_ASSERT_FATAL(parse(&faults, "rank:1@1s,lead@1s/3s", NULL) == 0);
    CU_ASSERT(faults_over(&faults, INT64_MAX) == NULL); /* nothing is stopped */
    for (int i = 0; i < 2; i++) {
        faults.entries[i].done = true;
        faults.entries[i].struck = CLOCK_SECONDS(50);
    }
    CU_ASSERT(faults_over(&faults, CLOCK_SECONDS(53) - 1) == NULL);
    CU_ASSERT(faults_over(&faults, CLOCK_SECONDS(53)) == &faults.entries[1]);
    faults.entries[1].resumed = true;
    CU_ASSERT(faults_over(&faults, INT64_MAX) == NULL);
}

static void a_name_says_what_is_killed(void)
{
    static const char *const names[] = {"rank 2", "agent 1", "slot 0", "lead", "slot 2"};
    struct faults faults;
    char name[32];

    CU_ASSERT_FATAL(parse(&faults, "rank:2@1s,agent:1@1s,slot:0@1s,lead@1s,drain:2@1s", NULL) == 0);
    for (size_t i = 0; i < 5; i++) {
        faults_name(&faults.entries[i], name, sizeof name);
        CHECK_TEXT(name, names[i]);
    }
    faults_name(&faults.entries[0], name, 4);
    CHECK_TEXT(name, "ran");
}

SUITE("cli faults",
      {"every target and both times are read", every_target_and_both_times_are_read},
      {"a list keeps its order and may be empty", a_list_keeps_its_order_and_may_be_empty},
      {"each error names the entry and changes nothing",
       each_error_names_the_entry_and_changes_nothing},
      {"an entry of any length is refused in words", an_entry_of_any_length_is_refused_in_words},
      {"a list holds so many and not one more", a_list_holds_so_many_and_not_one_more},
      {"an entry is due at its step or its time and once",
       an_entry_is_due_at_its_step_or_its_time_and_once},
      {"what was stopped goes on after its time and once",
       what_was_stopped_goes_on_after_its_time_and_once},
      {"a name says what is killed", a_name_says_what_is_killed})
