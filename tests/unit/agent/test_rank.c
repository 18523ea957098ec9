/* The life of one rank: what each event means in each state. */
#include "agent/rank.h"

#include <string.h>

#include "support/check.h"

/* A life as the events that happen, the state each leads to, and what is done. */
struct step {
    enum rank_event event;
    enum rank_state next;
    enum rank_action action;
};

#define STEPS 10

static const struct step lives[][STEPS] = {
    /* A training without a fault. */
    {{RANK_SPAWNED, RANK_STARTING, RANK_NOTHING},
     {RANK_HELLO, RANK_IDLE, RANK_NOTHING},
     {RANK_PLACE, RANK_PLACING, RANK_SEND_ASSIGN},
     {RANK_READY, RANK_SET, RANK_NOTHING},
     {RANK_START, RANK_RUNNING, RANK_SEND_GO},
     {RANK_FINISHED, RANK_DONE, RANK_NOTHING},
     {RANK_LEAVE, RANK_ENDING, RANK_SEND_LEAVE},
     {RANK_EXITED, RANK_DOWN, RANK_NOTHING}},
    /* A peer is gone: it says so, leaves and is placed again. */
    {{RANK_SPAWNED, RANK_STARTING, RANK_NOTHING},
     {RANK_HELLO, RANK_IDLE, RANK_NOTHING},
     {RANK_PLACE, RANK_PLACING, RANK_SEND_ASSIGN},
     {RANK_READY, RANK_SET, RANK_NOTHING},
     {RANK_START, RANK_RUNNING, RANK_SEND_GO},
     {RANK_BROKEN, RANK_RUNNING, RANK_BLAME},
     {RANK_REVOKE, RANK_LEAVING, RANK_SEND_REVOKE},
     {RANK_QUIET, RANK_IDLE, RANK_NOTHING},
     {RANK_PLACE, RANK_PLACING, RANK_SEND_ASSIGN}},
    /* It does not leave in time. */
    {{RANK_SPAWNED, RANK_STARTING, RANK_NOTHING},
     {RANK_HELLO, RANK_IDLE, RANK_NOTHING},
     {RANK_PLACE, RANK_PLACING, RANK_SEND_ASSIGN},
     {RANK_REVOKE, RANK_LEAVING, RANK_SEND_REVOKE},
     {RANK_LATE, RANK_KILLED, RANK_KILL},
     {RANK_EXITED, RANK_DOWN, RANK_BLAME}},
    /* It does not end in time. */
    {{RANK_SPAWNED, RANK_STARTING, RANK_NOTHING},
     {RANK_LEAVE, RANK_ENDING, RANK_SEND_LEAVE},
     {RANK_LATE, RANK_KILLED, RANK_KILL}},
    /* It was done, and the generation has to be done again. */
    {{RANK_SPAWNED, RANK_STARTING, RANK_NOTHING},
     {RANK_HELLO, RANK_IDLE, RANK_NOTHING},
     {RANK_PLACE, RANK_PLACING, RANK_SEND_ASSIGN},
     {RANK_READY, RANK_SET, RANK_NOTHING},
     {RANK_START, RANK_RUNNING, RANK_SEND_GO},
     {RANK_FINISHED, RANK_DONE, RANK_NOTHING},
     {RANK_REVOKE, RANK_LEAVING, RANK_SEND_REVOKE},
     {RANK_QUIET, RANK_IDLE, RANK_NOTHING}},
};

static const struct step foreign_lives[][STEPS] = {
    /* It is started when the generation begins, and ends well. */
    {{RANK_PLACE, RANK_SET, RANK_SEND_ASSIGN},
     {RANK_START, RANK_STARTING, RANK_SEND_GO},
     {RANK_SPAWNED, RANK_RUNNING, RANK_NOTHING},
     {RANK_FINISHED, RANK_DONE, RANK_NOTHING},
     {RANK_LEAVE, RANK_DOWN, RANK_NOTHING}},
    /* Another one fails: it is ended and started anew. */
    {{RANK_PLACE, RANK_SET, RANK_SEND_ASSIGN},
     {RANK_START, RANK_STARTING, RANK_SEND_GO},
     {RANK_SPAWNED, RANK_RUNNING, RANK_NOTHING},
     {RANK_REVOKE, RANK_LEAVING, RANK_SEND_REVOKE},
     {RANK_EXITED, RANK_DOWN, RANK_NOTHING},
     {RANK_PLACE, RANK_SET, RANK_SEND_ASSIGN}},
    /* It was done, and the generation has to be done again. */
    {{RANK_PLACE, RANK_SET, RANK_SEND_ASSIGN},
     {RANK_START, RANK_STARTING, RANK_SEND_GO},
     {RANK_SPAWNED, RANK_RUNNING, RANK_NOTHING},
     {RANK_FINISHED, RANK_DONE, RANK_NOTHING},
     {RANK_REVOKE, RANK_DOWN, RANK_NOTHING}},
    /* The generation is over before it has begun. */
    {{RANK_PLACE, RANK_SET, RANK_SEND_ASSIGN},
     {RANK_REVOKE, RANK_DOWN, RANK_NOTHING},
     {RANK_PLACE, RANK_SET, RANK_SEND_ASSIGN},
     {RANK_LEAVE, RANK_DOWN, RANK_NOTHING}},
    /* It does not end in time, twice. */
    {{RANK_PLACE, RANK_SET, RANK_SEND_ASSIGN},
     {RANK_START, RANK_STARTING, RANK_SEND_GO},
     {RANK_REVOKE, RANK_LEAVING, RANK_SEND_REVOKE},
     {RANK_LEAVE, RANK_ENDING, RANK_SEND_LEAVE},
     {RANK_LATE, RANK_KILLED, RANK_KILL},
     {RANK_EXITED, RANK_DOWN, RANK_NOTHING}},
};

static void life_check(enum rank_kind kind, const struct step steps[STEPS])
{
    enum rank_state state = RANK_DOWN;

    for (size_t i = 0; i < STEPS && (i == 0 || steps[i].event); i++) {
        struct rank_move move = rank_move(kind, state, steps[i].event);

        CU_ASSERT(move.allowed);
        CU_ASSERT(move.next == steps[i].next);
        CU_ASSERT(move.action == steps[i].action);
        state = move.next;
    }
}

static void a_rank_lives_as_its_table_says(void)
{
    for (size_t life = 0; life < sizeof lives / sizeof *lives; life++)
        life_check(RANK_NATIVE, lives[life]);
    for (size_t life = 0; life < sizeof foreign_lives / sizeof *foreign_lives; life++)
        life_check(RANK_FOREIGN, foreign_lives[life]);
}

/* Whatever it does, its end is seen, and is a fault unless it was let go. */
static void every_process_may_end_at_any_time(void)
{
    CU_ASSERT(!rank_move(RANK_NATIVE, RANK_DOWN, RANK_EXITED).allowed);
    for (unsigned state = RANK_DOWN + 1; state < RANK_STATES; state++) {
        struct rank_move move = rank_move(RANK_NATIVE, (enum rank_state)state, RANK_EXITED);

        CU_ASSERT(move.allowed);
        CU_ASSERT(move.next == RANK_DOWN);
        CU_ASSERT(move.action == (state == RANK_ENDING ? RANK_NOTHING : RANK_BLAME));
    }
}

/* Of a foreign trainer, an end is a fault as long as it was not asked for. */
static void a_foreign_end_is_a_fault_unless_it_was_asked_for(void)
{
    static const struct {
        enum rank_state state;
        bool lives;
        bool blamed;
    } cases[] = {{RANK_DOWN, false, false},
                 {RANK_SET, false, false},
                 {RANK_DONE, false, false},
                 {RANK_STARTING, true, true},
                 {RANK_RUNNING, true, true},
                 {RANK_LEAVING, true, false},
                 {RANK_KILLED, true, false},
                 {RANK_ENDING, true, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rank_move move = rank_move(RANK_FOREIGN, cases[i].state, RANK_EXITED);

        CU_ASSERT(move.allowed == cases[i].lives);
        CU_ASSERT((move.action == RANK_BLAME) == cases[i].blamed);
        CU_ASSERT(rank_lives(RANK_FOREIGN, cases[i].state) == cases[i].lives);
        CU_ASSERT(!move.allowed || move.next == RANK_DOWN);
        CU_ASSERT(rank_is_quiet(RANK_FOREIGN, cases[i].state) == (cases[i].state == RANK_DOWN));
    }
}

/* Whoever is in a generation can be called out of it, and is not quiet until it has left. */
static void only_who_is_in_no_generation_is_quiet(void)
{
    static const enum rank_state within[] = {RANK_PLACING, RANK_SET, RANK_RUNNING, RANK_DONE};
    static const enum rank_state leaving[] = {RANK_LEAVING, RANK_KILLED, RANK_ENDING};
    static const enum rank_state quiet[] = {RANK_DOWN, RANK_STARTING, RANK_IDLE};

    for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
        CU_ASSERT(!rank_is_quiet(RANK_NATIVE, within[i]));
        CU_ASSERT(rank_move(RANK_NATIVE, within[i], RANK_REVOKE).next == RANK_LEAVING);
    }
    for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++) {
        CU_ASSERT(!rank_is_quiet(RANK_NATIVE, leaving[i]));
        CU_ASSERT(!rank_move(RANK_NATIVE, leaving[i], RANK_REVOKE).allowed);
    }
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++) {
        CU_ASSERT(rank_is_quiet(RANK_NATIVE, quiet[i]));
        CU_ASSERT(!rank_move(RANK_NATIVE, quiet[i], RANK_REVOKE).allowed);
    }
}

/* What a process says too late, or that was not asked for, moves nothing. */
static void what_says_nothing_new_is_passed_over(void)
{
    static const struct {
        enum rank_state state;
        enum rank_event event;
    } cases[] = {{RANK_LEAVING, RANK_READY},
                 {RANK_LEAVING, RANK_BROKEN},
                 {RANK_LEAVING, RANK_FINISHED},
                 {RANK_IDLE, RANK_QUIET},
                 {RANK_IDLE, RANK_HELLO},
                 {RANK_IDLE, RANK_START},
                 {RANK_STARTING, RANK_PLACE},
                 {RANK_RUNNING, RANK_LATE},
                 {RANK_ENDING, RANK_LEAVE},
                 {RANK_KILLED, RANK_LEAVE}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT(!rank_move(RANK_NATIVE, cases[i].state, cases[i].event).allowed);
}

static void every_state_has_a_name_of_its_own(void)
{
    for (unsigned a = 0; a < RANK_STATES; a++) {
        for (unsigned b = 0; b < a; b++)
            CU_ASSERT(
                strcmp(rank_state_name((enum rank_state)a), rank_state_name((enum rank_state)b)));
    }
    CHECK_TEXT(rank_state_name(RANK_ENDING), "ending");
}

SUITE("agent rank",
      {"a rank lives as its table says", a_rank_lives_as_its_table_says},
      {"every process may end at any time", every_process_may_end_at_any_time},
      {"a foreign end is a fault unless it was asked for",
       a_foreign_end_is_a_fault_unless_it_was_asked_for},
      {"only who is in no generation is quiet", only_who_is_in_no_generation_is_quiet},
      {"what says nothing new is passed over", what_says_nothing_new_is_passed_over},
      {"every state has a name of its own", every_state_has_a_name_of_its_own})
