/* How long a session may be silent, and what is learnt of what was heard on it. */
#include "agent/lease.h"

#include "support/check.h"

#define MS INT64_C(1000000)

/* Something is heard `count` times, a gap apart. */
static int64_t hear(struct lease *lease, int64_t now, int64_t gap, int count)
{
    for (int i = 0; i < count; i++) {
        now += gap;
        lease_heard(lease, now);
    }
    return now;
}

static void the_first_word_has_its_own_patience(void)
{
    struct lease lease;

    lease_begin(&lease, LEASE_PROBE, 1000 * MS);
    CU_ASSERT(!lease.spoken && lease_end(&lease) == 1300 * MS);
    lease_begin(&lease, LEASE_MOST, 1000 * MS);
    CU_ASSERT(lease_end(&lease) == 11000 * MS);
    lease_heard(&lease, 9000 * MS); /* what it took is no gap between words */
    CU_ASSERT(lease.spoken && lease_end(&lease) == 9000 * MS + LEASE_LEAST);
}

static void the_lease_is_learnt_within_its_bounds(void)
{
    static const struct {
        int64_t gap;
        int64_t length;
    } rows[] = {{1 * MS, LEASE_LEAST},
                {250 * MS, LEASE_LEAST},
                {251 * MS, 1506 * MS},
                {400 * MS, 2400 * MS},
                {1600 * MS, 9600 * MS},
                {1700 * MS, LEASE_MOST}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lease lease;
        int64_t now;

        lease_begin(&lease, LEASE_MOST, 0);
        now = hear(&lease, 0, rows[i].gap, 200);
        CU_ASSERT(lease_end(&lease) == now + rows[i].length);
    }
}

static void one_long_gap_of_many_is_not_learnt(void)
{
    struct lease lease;
    int64_t now;

    lease_begin(&lease, LEASE_MOST, 0);
    now = hear(&lease, 0, LEASE_BEAT, 120);
    now = hear(&lease, now, 1400 * MS, 1);
    CU_ASSERT(lease_end(&lease) == now + LEASE_LEAST);
    now = hear(&lease, now, 1400 * MS, 1);
    CU_ASSERT(lease_end(&lease) == now + 1400 * MS * LEASE_FACTOR);
}

static void beats_that_did_not_come_are_counted(void)
{
    static const struct {
        int64_t gap;
        uint32_t missed;
    } rows[] = {{0, 0}, {250 * MS, 0}, {374 * MS, 0}, {375 * MS, 1}, {500 * MS, 1}, {750 * MS, 2}};
    struct lease lease;
    int64_t now = 5000 * MS;

    lease_begin(&lease, LEASE_MOST, 0);
    CU_ASSERT(lease_heard(&lease, now) == 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        now += rows[i].gap;
        CU_ASSERT(lease_heard(&lease, now) == rows[i].missed);
    }
}

static void silence_that_was_not_listened_to_does_not_count(void)
{
    struct lease lease;
    int64_t now;

    lease_begin(&lease, LEASE_MOST, 0);
    now = hear(&lease, 0, LEASE_BEAT, 10);
    lease_renew(&lease, now + 60000 * MS);
    CU_ASSERT(lease_end(&lease) == now + 60000 * MS + LEASE_LEAST);
    CU_ASSERT(lease_heard(&lease, now + 60001 * MS) == 0);
    CU_ASSERT(lease_end(&lease) == now + 60001 * MS + LEASE_LEAST);
}

static void who_wakes_up_a_beat_late_has_stood_still(void)
{
    CU_ASSERT(!lease_stalled(1000 * MS, 1000 * MS));
    CU_ASSERT(!lease_stalled(1000 * MS, 1000 * MS + LEASE_BEAT - 1));
    CU_ASSERT(lease_stalled(1000 * MS, 1000 * MS + LEASE_BEAT));
}

SUITE("agent lease",
      {"the first word has its own patience", the_first_word_has_its_own_patience},
      {"the lease is learnt within its bounds", the_lease_is_learnt_within_its_bounds},
      {"one long gap of many is not learnt", one_long_gap_of_many_is_not_learnt},
      {"beats that did not come are counted", beats_that_did_not_come_are_counted},
      {"silence that was not listened to does not count",
       silence_that_was_not_listened_to_does_not_count},
      {"who wakes up a beat late has stood still", who_wakes_up_a_beat_late_has_stood_still})
