/* The reflector: each story is a list of events, with what is to be done after each. */
#include "kube/reflector.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/random.h"
#include "support/check.h"

#define LAST (-1) /* when: at the time the reflector has asked for */

struct step {
    enum reflector_event_type type;
    int64_t after; /* milliseconds after the step before, or LAST */
    const char *version;
    const char *next;
    enum answer_class class;
    const char *plan;
    enum reflector_state state;
};

static void plan_print(const struct reflector_plan *plan, struct text *out)
{
    static const char *const asks[] = {"", "list ", "watch "};

    text_add(out, plan->drop ? "drop " : "");
    text_add(out, plan->end ? "end " : "");
    text_add(out, plan->advanced ? "advanced " : "");
    text_add(out, plan->well ? "well " : "");
    text_add(out, plan->trouble ? "trouble " : "");
    text_add(out, plan->begin ? "begin " : "");
    text_add(out, asks[plan->ask]);
    if (plan->ask)
        text_addf(out, "%s ", plan->from && *plan->from->digits ? plan->from->digits : "newest");
    if (*plan->next)
        text_addf(out, "at %s ", plan->next);
}

static void step_play(struct reflector *reflector, int64_t *now, const struct step *step)
{
    CLEAN(text) struct text found = {0};
    struct resource_version version = {{0}};
    struct reflector_event event = {
        .type = step->type,
        .version = &version,
        .next = step->next ? step->next : "",
        .class = step->class,
        .reason = "reason",
    };
    struct reflector_plan plan;

    resource_version_read(step->version, &version);
    if (step->after == LAST)
        CU_ASSERT(reflector->due != CLOCK_NEVER);
    *now = step->after == LAST ? reflector->due : *now + CLOCK_MS(step->after);
    event.now = *now;
    reflector_step(reflector, &event, &plan);
    plan_print(&plan, &found);
    CHECK_TEXT(text_string(&found), step->plan);
    CU_ASSERT(reflector->state == step->state);
    CU_ASSERT(!plan.ask || reflector->state == REFLECTOR_LISTING ||
              (plan.timeout_seconds >= 300 && plan.timeout_seconds <= 600));
}

static void play(const struct step *steps, size_t count)
{
    struct reflector reflector;
    int64_t now = 0;

    reflector_init(&reflector, check_seed());
    for (size_t i = 0; i < count; i++)
        step_play(&reflector, &now, &steps[i]);
    reflector_done(&reflector);
}

#define PLAY(...)                                                                                  \
    static const struct step steps[] = {__VA_ARGS__};                                              \
    play(steps, sizeof steps / sizeof *steps)

/* The rows of the stories. */
#define START {REFLECTOR_START, 0, 0, 0, 0, "begin list newest ", REFLECTOR_LISTING}
#define PAGE(after, version, next, plan, state)                                                    \
    {REFLECTOR_PAGE, after, version, next, 0, plan, REFLECTOR_##state}
#define SYNCED START, PAGE(1, "10", "", "end advanced watch 10 ", WATCHING)
#define CHANGE(after, version, plan)                                                               \
    {REFLECTOR_CHANGE, after, version, 0, 0, plan, REFLECTOR_WATCHING}
#define ENDED(after, plan, state) {REFLECTOR_ENDED, after, 0, 0, 0, plan, REFLECTOR_##state}
#define REFUSED(after, class, plan, state)                                                         \
    {REFLECTOR_REFUSED, after, 0, 0, ANSWER_##class, plan, REFLECTOR_##state}
#define BROKEN_AT(after, plan, state) {REFLECTOR_BROKEN, after, 0, 0, 0, plan, REFLECTOR_##state}
#define DUE(after, plan, state)       {REFLECTOR_DUE, after, 0, 0, 0, plan, REFLECTOR_##state}
#define BYTES(after)                  {REFLECTOR_BYTES, after, 0, 0, 0, "", REFLECTOR_WATCHING}

static void a_list_is_read_in_pages_and_then_watched(void)
{
    PLAY(START,
         PAGE(1, "10", "t1", "list newest at t1 ", LISTING),
         PAGE(1, "10", "t2", "list newest at t2 ", LISTING),
         PAGE(1, "10", "", "end advanced watch 10 ", WATCHING),
         CHANGE(1, "12", "advanced "));
}

static void a_watch_goes_on_from_what_was_seen(void)
{
    PLAY(SYNCED,
         CHANGE(1, "12", "advanced "),
         ENDED(1, "watch 12 ", WATCHING),
         CHANGE(1, "100", "advanced "),
         CHANGE(1, "99", "advanced "), /* a duplicate takes nothing back */
         ENDED(1, "watch 100 ", WATCHING),
         ENDED(1000, "watch 100 ", WATCHING));
}

static void a_version_that_is_gone_is_listed_as_new_as_seen_and_then_anew(void)
{
    PLAY(SYNCED,
         CHANGE(1, "12", "advanced "),
         REFUSED(1, EXPIRED, "begin list 12 ", LISTING),
         REFUSED(1, EXPIRED, "", LIST_LATER),
         DUE(LAST, "begin list newest ", LISTING),
         PAGE(1, "20", "", "end advanced watch 20 ", WATCHING),
         REFUSED(1, EXPIRED, "", LIST_LATER), /* at once: not in a hot loop */
         DUE(LAST, "begin list 20 ", LISTING),
         REFUSED(1, TOO_NEW, "", LIST_LATER),
         DUE(LAST, "begin list newest ", LISTING));
}

static void a_page_that_is_gone_begins_the_list_anew(void)
{
    PLAY(START,
         PAGE(1, "10", "t1", "list newest at t1 ", LISTING),
         REFUSED(1, EXPIRED, "", LIST_LATER),
         DUE(LAST, "begin list newest ", LISTING),
         PAGE(1, "15", "t2", "list newest at t2 ", LISTING),
         PAGE(1, "15", "", "end advanced watch 15 ", WATCHING));
}

static void a_busy_server_is_asked_for_the_same_page_again(void)
{
    PLAY(START,
         PAGE(1, "10", "t1", "list newest at t1 ", LISTING),
         REFUSED(1, BUSY, "trouble ", LIST_LATER),
         DUE(LAST, "list newest at t1 ", LISTING),
         REFUSED(1, LOST, "", LIST_LATER), /* told once */
         DUE(LAST, "list newest at t1 ", LISTING),
         PAGE(1, "11", "", "end advanced well watch 10 ", WATCHING));
}

static void a_list_that_is_denied_or_broken_begins_anew(void)
{
    PLAY(START,
         PAGE(1, "10", "t1", "list newest at t1 ", LISTING),
         REFUSED(1, DENIED, "trouble ", LIST_LATER),
         DUE(LAST, "begin list newest ", LISTING),
         PAGE(1, "10", "t1", "list newest at t1 ", LISTING),
         BROKEN_AT(1, "", LIST_LATER),
         DUE(LAST, "begin list newest ", LISTING));
}

static void a_busy_or_lost_watch_is_tried_again_without_a_list(void)
{
    PLAY(SYNCED,
         REFUSED(1, BUSY, "trouble ", WATCH_LATER),
         DUE(LAST, "watch 10 ", WATCHING),
         REFUSED(1, LOST, "", WATCH_LATER),
         DUE(LAST, "watch 10 ", WATCHING),
         REFUSED(1, TOO_NEW, "", WATCH_LATER),
         DUE(LAST, "watch 10 ", WATCHING),
         CHANGE(1, "11", "advanced well "),
         REFUSED(1, LOST, "trouble ", WATCH_LATER));
}

static void a_watch_that_is_denied_is_listed(void)
{
    PLAY(SYNCED,
         REFUSED(1, DENIED, "trouble ", LIST_LATER),
         DUE(LAST, "begin list 10 ", LISTING),
         REFUSED(1, ABSENT, "", LIST_LATER),
         DUE(LAST, "begin list 10 ", LISTING),
         PAGE(1, "12", "", "end advanced well watch 12 ", WATCHING));
}

static void a_watch_that_ends_at_once_is_a_failure(void)
{
    PLAY(SYNCED,
         ENDED(999, "trouble ", WATCH_LATER),
         DUE(LAST, "watch 10 ", WATCHING),
         ENDED(1000, "watch 10 ", WATCHING));
}

static void a_silent_watch_is_dropped_and_resumed(void)
{
    PLAY(SYNCED,
         BYTES(100000),
         DUE(LAST, "", WATCHING), /* heard of 100 s ago: waits on */
         BYTES(1),
         DUE(99998, "", WATCHING),
         DUE(LAST, "drop trouble ", WATCH_LATER),
         DUE(LAST, "watch 10 ", WATCHING));
}

static void what_cannot_be_read_is_listed_after_three_times(void)
{
    PLAY(SYNCED,
         BROKEN_AT(1, "drop trouble ", WATCH_LATER),
         DUE(LAST, "watch 10 ", WATCHING),
         BROKEN_AT(1, "drop ", WATCH_LATER),
         DUE(LAST, "watch 10 ", WATCHING),
         BROKEN_AT(1, "drop ", LIST_LATER),
         DUE(LAST, "begin list 10 ", LISTING),
         PAGE(1, "30", "", "end advanced well watch 30 ", WATCHING),
         BROKEN_AT(1, "drop trouble ", WATCH_LATER));
}

static void a_list_is_made_anew_after_a_while(void)
{
    PLAY(SYNCED,
         ENDED(600000, "watch 10 ", WATCHING),
         CHANGE(1, "11", "advanced "),
         ENDED(299999, "begin list 11 ", LISTING),
         PAGE(1, "12", "", "end advanced watch 12 ", WATCHING),
         ENDED(600000, "watch 12 ", WATCHING));
}

static void what_cannot_be_now_changes_nothing(void)
{
    PLAY({REFLECTOR_DUE, 0, 0, 0, 0, "", REFLECTOR_IDLE},
         START,
         {REFLECTOR_START, 0, 0, 0, 0, "", REFLECTOR_LISTING},
         {REFLECTOR_CHANGE, 0, "7", 0, 0, "", REFLECTOR_LISTING},
         {REFLECTOR_ENDED, 0, 0, 0, 0, "", REFLECTOR_LISTING},
         PAGE(1, "10", "", "end advanced watch 10 ", WATCHING),
         PAGE(1, "11", "", "", WATCHING));
}

/* Waiting. */

static int64_t wait_after(struct reflector *reflector, int64_t now, int64_t retry_after)
{
    struct reflector_event event = {.type = REFLECTOR_REFUSED,
                                    .now = now,
                                    .class = ANSWER_BUSY,
                                    .retry_after = retry_after,
                                    .reason = ""};
    struct reflector_plan plan;
    int64_t wait;

    reflector_step(reflector, &event, &plan);
    wait = reflector->due - now;
    event = (struct reflector_event){.type = REFLECTOR_DUE, .now = now};
    reflector_step(reflector, &event, &plan);
    return wait;
}

static void waits_grow_to_their_most_and_follow_the_server(void)
{
    struct reflector reflector;
    struct reflector_event start = {.type = REFLECTOR_START};
    struct reflector_plan plan;
    int64_t longest = 0;

    reflector_init(&reflector, check_seed());
    reflector_step(&reflector, &start, &plan);
    CU_ASSERT(wait_after(&reflector, 0, 0) <= CLOCK_MS(800));
    CU_ASSERT(wait_after(&reflector, 0, 0) <= CLOCK_MS(1600));
    for (int i = 0; i < 200; i++) {
        int64_t wait = wait_after(&reflector, 0, 0);

        longest = wait > longest ? wait : longest;
        CU_ASSERT(wait >= 0 && wait <= CLOCK_SECONDS(5));
    }
    CU_ASSERT(longest > CLOCK_SECONDS(3));
    CU_ASSERT(wait_after(&reflector, 0, CLOCK_SECONDS(32)) == CLOCK_SECONDS(32));
    reflector_done(&reflector);
}

static void a_watch_that_lived_forgives_earlier_failures(void)
{
    struct reflector reflector;
    struct reflector_event start = {.type = REFLECTOR_START};
    struct resource_version version = {"10"};
    struct reflector_event page = {.type = REFLECTOR_PAGE, .version = &version, .next = ""};
    struct reflector_plan plan;

    reflector_init(&reflector, check_seed());
    reflector_step(&reflector, &start, &plan);
    for (int i = 0; i < 20; i++)
        wait_after(&reflector, 0, 0);
    reflector_step(&reflector, &page, &plan);
    wait_after(&reflector, CLOCK_SECONDS(119), 0);
    CU_ASSERT(reflector.backoff.failures == 21);
    CU_ASSERT(wait_after(&reflector, CLOCK_SECONDS(119 + 120), 0) <= CLOCK_MS(800));
    reflector_done(&reflector);
}

/* Whatever comes in whatever order: the version never goes back but by a list from the newest, a
 * wait always ends, and every list has a beginning before its end. */
static void random_stories_keep_the_rules(void)
{
    uint64_t random = check_seed();
    struct reflector reflector;
    int64_t now = 0;
    bool begun = false;
    struct resource_version seen = {{0}};

    reflector_init(&reflector, random);
    for (int i = 0; i < 20000; i++) {
        struct resource_version version = {{0}};
        struct reflector_event event = {
            .type = (enum reflector_event_type)random_below(&random, REFLECTOR_EVENTS),
            .now = now += (int64_t)random_below(&random, 200) * CLOCK_SECONDS(1),
            .version = &version,
            .next = random_below(&random, 2) ? "t" : "",
            .class = (enum answer_class)(1 + random_below(&random, ANSWER_CLASSES - 1)),
            .reason = "reason",
        };
        struct reflector_plan plan;

        snprintf(version.digits, sizeof version.digits, "%d", i + 1);
        reflector_step(&reflector, &event, &plan);
        begun = begun || plan.begin;
        CU_ASSERT(!plan.end || begun);
        begun = begun && !plan.end;
        CU_ASSERT(resource_version_compare(&seen, &reflector.version) <= 0);
        CU_ASSERT(plan.advanced || !resource_version_compare(&seen, &reflector.version));
        seen = reflector.version;
        CU_ASSERT((reflector.due == CLOCK_NEVER) ==
                  (reflector.state == REFLECTOR_LISTING || reflector.state == REFLECTOR_IDLE));
    }
    reflector_done(&reflector);
}

SUITE("kube reflector",
      {"a list is read in pages and then watched", a_list_is_read_in_pages_and_then_watched},
      {"a watch goes on from what was seen", a_watch_goes_on_from_what_was_seen},
      {"a version that is gone is listed as new as seen, and then anew",
       a_version_that_is_gone_is_listed_as_new_as_seen_and_then_anew},
      {"a page that is gone begins the list anew", a_page_that_is_gone_begins_the_list_anew},
      {"a busy server is asked for the same page again",
       a_busy_server_is_asked_for_the_same_page_again},
      {"a list that is denied or broken begins anew", a_list_that_is_denied_or_broken_begins_anew},
      {"a busy or lost watch is tried again without a list",
       a_busy_or_lost_watch_is_tried_again_without_a_list},
      {"a watch that is denied is listed", a_watch_that_is_denied_is_listed},
      {"a watch that ends at once is a failure", a_watch_that_ends_at_once_is_a_failure},
      {"a silent watch is dropped and resumed", a_silent_watch_is_dropped_and_resumed},
      {"what cannot be read is listed after three times",
       what_cannot_be_read_is_listed_after_three_times},
      {"a list is made anew after a while", a_list_is_made_anew_after_a_while},
      {"what cannot be now changes nothing", what_cannot_be_now_changes_nothing},
      {"waits grow to their most and follow the server",
       waits_grow_to_their_most_and_follow_the_server},
      {"a watch that lived forgives earlier failures",
       a_watch_that_lived_forgives_earlier_failures},
      {"random stories keep the rules", random_stories_keep_the_rules})
