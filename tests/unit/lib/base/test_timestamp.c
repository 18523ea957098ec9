/* Timestamps: known points, every day of eight centuries, and what is none. */
#include "base/timestamp.h"

#include <string.h>

#include "support/check.h"

#define DAY 86400

static void known_points_have_their_texts(void)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } points[] = {{0, "1970-01-01T00:00:00Z"},
                  {951782399, "2000-02-28T23:59:59Z"},
                  {951782400, "2000-02-29T00:00:00Z"},
                  {951868800, "2000-03-01T00:00:00Z"},
                  {1000000000, "2001-09-09T01:46:40Z"},
                  {2147483648, "2038-01-19T03:14:08Z"},
                  {4107542400, "2100-03-01T00:00:00Z"},
                  {TIMESTAMP_LAST, "9999-12-31T23:59:59Z"}};

    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        CLEAN(text) struct text text = {0};
        int64_t again = -1;

        timestamp_add(&text, points[i].seconds);
        CHECK_TEXT(text.data, points[i].text);
        CU_ASSERT(timestamp_read(text.data, &again) == 0 && again == points[i].seconds);
    }
}

static void every_day_goes_there_and_back(void)
{
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text before = {0};

    for (int64_t day = 0; day < 292800; day++) {
        int64_t again = -1;

        text_clear(&text);
        timestamp_add(&text, day * DAY + 1);
        CU_ASSERT(timestamp_read(text.data, &again) == 0 && again == day * DAY + 1);
        CU_ASSERT(!before.size || strcmp(before.data, text.data) < 0);
        text_clear(&before);
        text_add(&before, text.data);
    }
}

static void what_is_outside_is_moved_to_the_nearer_end(void)
{
    CLEAN(text) struct text text = {0};

    timestamp_add(&text, -1);
    timestamp_add(&text, INT64_MAX);
    CHECK_TEXT(text.data, "1970-01-01T00:00:00Z9999-12-31T23:59:59Z");
}

static void a_fraction_is_dropped(void)
{
    int64_t seconds = -1;

    CU_ASSERT(timestamp_read("2001-09-09T01:46:40.999999Z", &seconds) == 0);
    CU_ASSERT(seconds == 1000000000);
}

static void what_is_no_timestamp_is_refused(void)
{
    static const char *const wrong[] = {"",
                                        "Z",
                                        "2001-09-09",
                                        "2001-09-09T01:46:40",
                                        "2001-09-09T01:46:40+00:00",
                                        "2001-09-09T01:46:40.Z",
                                        "2001-09-09T01:46:40Zx",
                                        "2001-09-09 01:46:40Z",
                                        "2001-9-09T01:46:40Z",
                                        "2001-09-09T24:00:00Z",
                                        "2001-09-09T01:60:00Z",
                                        "2001-09-09T01:46:60Z",
                                        "2001-13-01T00:00:00Z",
                                        "2001-00-01T00:00:00Z",
                                        "2001-02-29T00:00:00Z",
                                        "2100-02-29T00:00:00Z",
                                        "2001-04-31T00:00:00Z",
                                        "2001-04-00T00:00:00Z",
                                        "1969-12-31T23:59:59Z",
                                        "-001-04-01T00:00:00Z"};
    int64_t seconds = 7;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT(timestamp_read(wrong[i], &seconds) == 1);
    CU_ASSERT(timestamp_read(NULL, &seconds) == 1);
    CU_ASSERT(seconds == 7);
}

SUITE("base timestamp",
      {"known points have their texts", known_points_have_their_texts},
      {"every day goes there and back", every_day_goes_there_and_back},
      {"what is outside is moved to the nearer end", what_is_outside_is_moved_to_the_nearer_end},
      {"a fraction is dropped", a_fraction_is_dropped},
      {"what is no timestamp is refused", what_is_no_timestamp_is_refused})
