/* The witness's votes: none is given before what it says was kept. */
#include "controller/votes.h"

#include <stdlib.h>

#include "lobby.h"
#include "support/check.h"

#define KEPT (-1) /* for lobby_run: until something is to be kept */

/* A directory, and a desk whose witness must keep what it says. */
struct booth {
    struct lobby lobby;
    struct desk *desk;
    Muster__JobFacts facts;
    int keeps; /* how often something was to be kept */
};

static void on_keep(void *context)
{
    struct booth *booth = context;

    booth->keeps++;
    if (booth->lobby.wanted == KEPT)
        loop_stop(&booth->lobby.loop);
}

static void booth_open(struct booth *booth, const struct witness_record *kept)
{
    const struct desk_settings settings = {.job = "votes",
                                           .attempt = 1,
                                           .facts = &booth->facts,
                                           .kept = kept,
                                           .keep = on_keep,
                                           .context = booth};

    *booth = (struct booth){.keeps = 0};
    muster__job_facts__init(&booth->facts);
    booth->facts.replicas = 2;
    lobby_begin(&booth->lobby, LOBBY_TOKEN);
    booth->desk = desk_open(booth->lobby.directory, &settings);
}

static void booth_close(struct booth *booth)
{
    desk_close(booth->desk);
    lobby_end(&booth->lobby);
}

/* Asks for the promise of a number as a candidate in its life number `life`. */
static void ask(struct booth *booth, struct asked *asked, uint64_t number, uint8_t life)
{
    struct agent agent;
    Muster__WitnessRequest request = MUSTER__WITNESS_REQUEST__INIT;
    Muster__View decided = MUSTER__VIEW__INIT;
    char name[CERTIFICATE_NAME];

    agent_fill(&agent, 0, life);
    request.job = (char *)"votes";
    request.attempt = 1;
    request.candidate = &agent.packed;
    request.number = number;
    request.decided = &decided;
    passport_member(name, "votes", 1, 0, life);
    lobby_as_named(&booth->lobby, name);
    lobby_ask(&booth->lobby, asked, LOBBY_WITNESS, &request.base);
}

/* Waits for one more answer, which must be this vote, and releases it. */
static void answer_check(struct booth *booth, struct asked *asked, bool granted, uint64_t promised)
{
    if (!asked->order)
        lobby_run(&booth->lobby, booth->lobby.answers + 1);
    CU_ASSERT(asked_voted(asked, granted, promised));
    asked_done(asked);
}

/* What is wanted is kept, as if it were read back. */
static void keep(struct booth *booth)
{
    CLEAN(witness_record) struct witness_record kept = {0};

    CU_ASSERT_FATAL(desk_wanted(booth->desk) != NULL);
    witness_record_copy(&kept, desk_wanted(booth->desk));
    desk_kept(booth->desk, &kept);
}

static void a_vote_waits_until_it_is_kept(void)
{
    const struct witness_record nothing = {0};
    struct booth booth;
    struct asked asked;

    booth_open(&booth, NULL);
    CU_ASSERT(desk_wanted(booth.desk) == NULL);
    ask(&booth, &asked, 5, 1);
    lobby_run(&booth.lobby, KEPT);
    CU_ASSERT_FATAL(desk_wanted(booth.desk) != NULL);
    CU_ASSERT(desk_wanted(booth.desk)->promised == 5 && asked.order == 0);
    desk_kept(booth.desk, &nothing); /* its write has not come to pass */
    CU_ASSERT(desk_wanted(booth.desk) && desk_wanted(booth.desk)->promised == 5);
    keep(&booth);
    CU_ASSERT(desk_wanted(booth.desk) == NULL);
    answer_check(&booth, &asked, true, 5);
    CU_ASSERT(booth.keeps == 1);
    booth_close(&booth);
}

static void what_was_kept_before_is_not_forgotten(void)
{
    const struct witness_record kept = {.promised = 9, .candidate = {7}};
    struct booth booth;
    struct asked asked;

    booth_open(&booth, &kept);
    ask(&booth, &asked, 8, 1);
    answer_check(&booth, &asked, false, 9);
    ask(&booth, &asked, 9, 1);
    answer_check(&booth, &asked, false, 9);
    CU_ASSERT(booth.keeps == 0);
    booth_close(&booth);
}

static void another_record_is_decided_about_anew(void)
{
    const struct witness_record others = {.promised = 9, .candidate = {7}};
    struct booth booth;
    struct asked asked;

    booth_open(&booth, NULL);
    ask(&booth, &asked, 5, 1);
    lobby_run(&booth.lobby, KEPT);
    desk_kept(booth.desk, &others); /* somebody else was faster */
    CU_ASSERT(desk_wanted(booth.desk) == NULL);
    answer_check(&booth, &asked, false, 9);
    booth_close(&booth);
}

/* A first question is asked, and one of the number `next` by another candidate behind it. */
static void two_ask(struct booth *booth, struct asked *first, struct asked *second, uint64_t next)
{
    booth_open(booth, NULL);
    ask(booth, first, 5, 1);
    lobby_run(&booth->lobby, KEPT);
    ask(booth, second, next, 2);
    lobby_run(&booth->lobby, KEPT);
}

static void votes_are_kept_one_after_the_other(void)
{
    struct booth booth;
    struct asked first;
    struct asked second;

    two_ask(&booth, &first, &second, 6);
    CU_ASSERT(desk_wanted(booth.desk) && desk_wanted(booth.desk)->promised == 5);
    keep(&booth);
    CU_ASSERT(desk_wanted(booth.desk) && desk_wanted(booth.desk)->promised == 6);
    answer_check(&booth, &first, true, 5);
    CU_ASSERT(second.order == 0);
    keep(&booth);
    answer_check(&booth, &second, true, 6);
    booth_close(&booth);
}

static void who_leaves_makes_room_for_the_next(void)
{
    struct booth booth;
    struct asked first;
    struct asked second;

    two_ask(&booth, &first, &second, 4);
    asked_done(&first);
    lobby_run(&booth.lobby, KEPT);
    CU_ASSERT(desk_wanted(booth.desk) && desk_wanted(booth.desk)->promised == 4);
    keep(&booth);
    answer_check(&booth, &second, true, 4);
    booth_close(&booth);
}

static void the_end_of_the_attempt_refuses_who_waits(void)
{
    struct booth booth;
    struct asked asked;

    booth_open(&booth, NULL);
    ask(&booth, &asked, 5, 1);
    lobby_run(&booth.lobby, KEPT);
    desk_close(booth.desk);
    booth.desk = NULL;
    lobby_run(&booth.lobby, booth.lobby.answers + 1);
    CU_ASSERT(asked.status == RPC_REFUSED && asked.size == 0);
    asked_done(&asked);
    booth_close(&booth);
}

static void a_record_that_cannot_be_read_gives_no_vote(void)
{
    const struct witness_record kept = {.unreadable = true};
    struct booth booth;
    struct asked asked;

    booth_open(&booth, &kept);
    ask(&booth, &asked, 5, 1);
    lobby_run(&booth.lobby, booth.lobby.answers + 1);
    CU_ASSERT(asked.status == RPC_UNAVAILABLE && asked.size == 0 && booth.keeps == 0);
    CHECK_HAS(asked.reason, "cannot be read");
    asked_done(&asked);
    booth_close(&booth);
}

SUITE("controller votes",
      {"a vote waits until it is kept", a_vote_waits_until_it_is_kept},
      {"what was kept before is not forgotten", what_was_kept_before_is_not_forgotten},
      {"another record is decided about anew", another_record_is_decided_about_anew},
      {"votes are kept one after the other", votes_are_kept_one_after_the_other},
      {"who leaves makes room for the next", who_leaves_makes_room_for_the_next},
      {"the end of the attempt refuses who waits", the_end_of_the_attempt_refuses_who_waits},
      {"a record that cannot be read gives no vote", a_record_that_cannot_be_read_gives_no_vote})
