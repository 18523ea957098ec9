/* The witness's record: what is printed is read back, and nothing else. */
#include "controller/witness_record.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/memory.h"
#include "controller/tree.h"
#include "support/check.h"

/* A view of so many members, whose lives are filled with `life`. */
static struct witness_view view_of(uint64_t generation, uint32_t count, int life)
{
    struct witness_view view = {.generation = generation, .count = count};

    view.members = memory_get(count, sizeof *view.members);
    for (uint32_t i = 0; i < count; i++) {
        view.members[i].slot = i;
        memset(view.members[i].life, life, WITNESS_RECORD_LIFE);
    }
    return view;
}

static void read_text(const char *text, struct witness_record *record)
{
    CLEAN(tree) cJSON *json = cJSON_Parse(text);

    CU_ASSERT_FATAL(json != NULL);
    witness_record_read(json, record);
}

static void again_check(const struct witness_record *record)
{
    CLEAN(witness_record) struct witness_record again = {0};
    CLEAN(text) struct text text = {0};

    witness_record_print(record, &text);
    read_text(text.data, &again);
    CU_ASSERT(witness_record_equal(record, &again));
}

static void what_is_printed_is_read_back(void)
{
    CLEAN(witness_record) struct witness_record record = {.promised = 1, .candidate = {1, 2, 3}};

    again_check(&record);
    record.next_number = 1;
    record.next = view_of(1, 2, 0xfe);
    again_check(&record);
    record.promised = record.next_number = record.next.generation = UINT64_MAX;
    again_check(&record);
    record.base = view_of(UINT64_MAX - 1, 3, 0x7f);
    record.base.members[2].slot = WITNESS_RECORD_MEMBERS - 1;
    again_check(&record);
    witness_view_done(&record.next);
    record.next_number = 0;
    again_check(&record);
}

static void the_form_is_short_and_says_what_is_not_there(void)
{
    CLEAN(witness_record) struct witness_record record = {.promised = 7};
    CLEAN(text) struct text text = {0};

    witness_record_print(&record, &text);
    CHECK_TEXT(text.data,
               "{\"promised\":\"7\",\"candidate\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"base\":null,"
               "\"next\":null}");
    record.base = view_of(6, 1, 0);
    record.base.members[0].slot = 258;
    text_clear(&text);
    witness_record_print(&record, &text);
    CHECK_HAS(text.data,
              "\"base\":{\"generation\":\"6\",\"members\":\"AQIAAAAAAAAAAAAAAAAAAAAA\"}");
}

static void nothing_is_printed_as_nothing(void)
{
    CLEAN(witness_record) struct witness_record record = {0};
    CLEAN(witness_record) struct witness_record again = {.promised = 1};
    CLEAN(text) struct text text = {0};

    witness_record_print(&record, &text);
    CU_ASSERT(text.size == 0);
    witness_record_read(NULL, &again);
    CU_ASSERT(witness_record_equal(&record, &again));
}

static void the_largest_stays_below_fifty_kilobytes(void)
{
    CLEAN(witness_record)
    struct witness_record record = {.promised = UINT64_MAX, .next_number = UINT64_MAX};
    CLEAN(text) struct text text = {0};

    record.base = view_of(UINT64_MAX, WITNESS_RECORD_MEMBERS, 0xff);
    record.next = view_of(UINT64_MAX, WITNESS_RECORD_MEMBERS, 0xff);
    witness_record_print(&record, &text);
    CU_ASSERT(text.size < 50000);
    again_check(&record);
}

#define HEAD    "{\"promised\":\"7\",\"candidate\":\"AAAAAAAAAAAAAAAAAAAAAA==\""
#define MEMBERS "\"members\":\"AAEAAAAAAAAAAAAAAAAAAAAA\""

static void anything_else_is_unreadable_and_stays_so(void)
{
    static const char *const odd[] = {
        "{}",
        "[]",
        "7",
        "{\"promised\":7}",
        "{\"promised\":\"7\"}",
        "{\"promised\":\"0\",\"candidate\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}",
        "{\"promised\":\"07\",\"candidate\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}",
        "{\"promised\":\"-7\",\"candidate\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}",
        "{\"promised\":\"18446744073709551616\",\"candidate\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}",
        "{\"promised\":\"7\",\"candidate\":\"AAAA\"}",
        "{\"promised\":\"7\",\"candidate\":\"*\"}",
        HEAD ",\"base\":7}",
        HEAD ",\"base\":{\"generation\":\"6\"}}",
        HEAD ",\"base\":{" MEMBERS "}}",
        HEAD ",\"base\":{\"generation\":\"6\",\"members\":\"AAAA\"}}",
        HEAD ",\"base\":{\"generation\":\"6\",\"members\":\"BAAAAAAAAAAAAAAAAAAAAAAA\"}}",
        HEAD ",\"next\":{\"generation\":\"6\"," MEMBERS "}}",
        HEAD ",\"next\":{\"number\":\"6\"," MEMBERS "}}",
        HEAD ",\"next\":{\"number\":\"x\",\"generation\":\"6\"," MEMBERS "}}",
    };

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        CLEAN(witness_record) struct witness_record record = {0};

        read_text(odd[i], &record);
        CHECK_TEXT(record.unreadable && !record.promised ? "unreadable" : odd[i], "unreadable");
        CU_ASSERT(!record.base.members && !record.next.members);
        again_check(&record);
    }
}

static void a_difference_in_anything_is_one(void)
{
    CLEAN(witness_record) struct witness_record record = {.promised = 7, .next_number = 7};

    record.base = view_of(6, 2, 1);
    record.next = view_of(7, 2, 1);
    for (int kind = 0; kind < 9; kind++) {
        CLEAN(witness_record) struct witness_record other = {0};

        witness_record_copy(&other, &record);
        CU_ASSERT(witness_record_equal(&record, &other));
        other.unreadable = kind == 0;
        other.promised += kind == 1;
        other.candidate[15] ^= kind == 2;
        other.next_number += kind == 3;
        other.base.generation += kind == 4;
        other.base.count -= kind == 5;
        other.base.members[1].slot += kind == 6;
        other.next.members[1].life[15] ^= kind == 7;
        other.next.generation += kind == 8;
        CU_ASSERT(!witness_record_equal(&record, &other));
    }
}

SUITE("controller witness record",
      {"what is printed is read back", what_is_printed_is_read_back},
      {"the form is short and says what is not there",
       the_form_is_short_and_says_what_is_not_there},
      {"nothing is printed as nothing", nothing_is_printed_as_nothing},
      {"the largest stays below fifty kilobytes", the_largest_stays_below_fifty_kilobytes},
      {"anything else is unreadable and stays so", anything_else_is_unreadable_and_stays_so},
      {"a difference in anything is one", a_difference_in_anything_is_one})
