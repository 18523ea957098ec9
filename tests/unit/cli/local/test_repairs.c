/* The timelines of repairs: what is known is told, and the parts add up. */
#include "cli/local/repairs.h"

#include "base/clock.h"
#include "support/check.h"

#define AT(milliseconds) (CLOCK_SECONDS(5) + CLOCK_MS(milliseconds))

static const struct repair whole = {.struck = AT(0),
                                    .seen = AT(4),
                                    .revoked = AT(16),
                                    .formed = AT(96),
                                    .restored = AT(105),
                                    .stepped = AT(136)};

static void words_are(const struct repair *repair, const char *wanted)
{
    CLEAN(text) struct text out = {0};

    repairs_words(repair, &out);
    CHECK_TEXT(text_string(&out), wanted);
}

static void a_span_needs_both_its_points(void)
{
    CU_ASSERT(repairs_ms(AT(1), AT(3)) == 2.0);
    CU_ASSERT(repairs_ms(AT(1), AT(1)) == 0.0);
    CU_ASSERT(repairs_ms(0, AT(3)) == -1.0);
    CU_ASSERT(repairs_ms(AT(1), 0) == -1.0);
}

static void the_words_are_the_timeline(void)
{
    struct repair repair = whole;

    words_are(
        &repair,
        "fault 0.0, seen +4.0, revoked +12.0, formed +80.0, restored +9.0, step +31.0 = 136.0 ms");
    repair.struck = 0;
    words_are(&repair,
              "seen 0.0, revoked +12.0, formed +80.0, restored +9.0, step +31.0 = 132.0 ms");
}

static void a_point_that_is_not_known_leaves_no_hole(void)
{
    struct repair repair = whole;

    repair.revoked = 0;
    repair.restored = 0;
    words_are(&repair, "fault 0.0, seen +4.0, formed +92.0, step +40.0 = 136.0 ms");
    repair.seen = 0;
    words_are(&repair, "fault 0.0, formed +96.0, step +40.0 = 136.0 ms");
    repair = (struct repair){.stepped = AT(1)};
    words_are(&repair, "step 0.0 = 0.0 ms");
}

static void a_repair_without_its_step_is_not_finished(void)
{
    struct repair repair = whole;

    repair.stepped = 0;
    repair.restored = 0;
    words_are(&repair, "fault 0.0, seen +4.0, revoked +12.0, formed +80.0, not finished");
    repair = (struct repair){.cause = "Stuck"};
    words_are(&repair, "not finished");
}

static void repairs_are_kept_in_order(void)
{
    struct repairs repairs = {0};
    struct repair repair = whole;

    for (uint32_t i = 0; i < 100; i++) {
        repair.slot = i;
        repairs_add(&repairs, &repair);
    }
    CU_ASSERT(repairs.count == 100);
    for (uint32_t i = 0; i < repairs.count; i++)
        CU_ASSERT(repairs.items[i].slot == i && repairs.items[i].stepped == whole.stepped);
    repairs_done(&repairs);
    CU_ASSERT(repairs.items == NULL && repairs.count == 0 && repairs.capacity == 0);
    repairs_add(&repairs, &repair);
    CU_ASSERT(repairs.count == 1);
    repairs_done(&repairs);
}

SUITE("cli repairs",
      {"a span needs both its points", a_span_needs_both_its_points},
      {"the words are the timeline", the_words_are_the_timeline},
      {"a point that is not known leaves no hole", a_point_that_is_not_known_leaves_no_hole},
      {"a repair without its step is not finished", a_repair_without_its_step_is_not_finished},
      {"repairs are kept in order", repairs_are_kept_in_order})
