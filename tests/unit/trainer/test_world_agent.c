/* The world of a trainer under an agent: two ranks as threads, the test is their agent. */
#include "trainer/world.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/check.h"
#include "support/trainer_link.h"
#include "wire/link.h"

#define RANKS 2

/* One rank: what the agent sees of it, and what became of its thread. */
struct player {
    struct trainer_link link; /* the agent's end */
    struct world *world;
    struct comm *comm;
    struct world_place place;
    int outcome;
    struct error error;
    pthread_t thread;
};

static void player_begin(struct player *player)
{
    *player = (struct player){.outcome = 0};
    trainer_link_begin(&player->link);
    setenv("MUSTER_HOST", "127.0.0.1", 1);
    CU_ASSERT_FATAL(world_agent_new(&player->world, &player->error) == 0);
    trainer_link_hide();
}

static void player_end(struct player *player)
{
    comm_free(player->comm);
    player->world->table->free(player->world);
    trainer_link_end(&player->link);
}

static void *join_run(void *context)
{
    struct player *player = context;
    struct comm *old = player->comm;

    player->comm = NULL;
    player->outcome = player->world->table->join(
        player->world, old, &player->comm, &player->place, &player->error);
    return NULL;
}

static void join_begin(struct player *player)
{
    CU_ASSERT_FATAL(pthread_create(&player->thread, NULL, join_run, player) == 0);
}

static void join_end(struct player *player)
{
    pthread_join(player->thread, NULL);
}

/* The next word of a rank, its tail behind it. */
struct word {
    struct link_message message;
    char tail[LINK_RESULT + 1];
};

static struct word hear(const struct player *player)
{
    struct word word = {.message.type = 0};

    CU_ASSERT(recv(player->link.socket, &word, sizeof word - 1, 0) >= (ssize_t)sizeof word.message);
    return word;
}

static void say(const struct player *player, struct link_message message)
{
    CU_ASSERT(send(player->link.socket, &message, sizeof message, 0) == sizeof message);
}

static void assign(const struct player *player, uint32_t rank, uint64_t generation)
{
    say(player,
        (struct link_message){.type = LINK_ASSIGN,
                              .generation = generation,
                              .attempt = 1,
                              .rank = rank,
                              .size = RANKS});
}

static void go(const struct player *player, const struct word *ready, uint64_t generation)
{
    struct {
        struct link_message message;
        unsigned char tail[RANKS * (2 + LINK_BLOB)];
    } out = {.message = {.type = LINK_GO, .generation = generation, .committed = 5}};
    size_t size = 0;

    for (int i = 0; i < RANKS; i++) {
        uint16_t length = (uint16_t)ready[i].message.tail;

        memcpy(out.tail + size, &length, sizeof length);
        memcpy(out.tail + size + sizeof length, ready[i].tail, length);
        size += sizeof length + length;
    }
    out.message.tail = (uint32_t)size;
    CU_ASSERT(send(player->link.socket, &out, sizeof out.message + size, 0) > 0);
}

/* Brings both ranks into a generation. */
static void form(struct player *players, uint64_t generation)
{
    struct word ready[RANKS];

    for (uint32_t i = 0; i < RANKS; i++)
        assign(&players[i], i, generation);
    for (int i = 0; i < RANKS; i++) {
        ready[i] = hear(&players[i]);
        CU_ASSERT(ready[i].message.type == LINK_READY && ready[i].message.generation == generation);
    }
    for (int i = 0; i < RANKS; i++)
        go(&players[i], ready, generation);
}

static void *barrier_run(void *context)
{
    struct player *player = context;

    player->outcome = comm_barrier(player->comm);
    return NULL;
}

static void two_ranks_meet_are_revoked_and_meet_again(void)
{
    struct player players[RANKS];
    const struct world_progress progress = {.begun = 6,
                                            .committed = 6,
                                            .total = 9,
                                            .samples = 60,
                                            .loss = 0.5,
                                            .accuracy = NAN,
                                            .validated = 3};

    for (int i = 0; i < RANKS; i++) {
        player_begin(&players[i]);
        join_begin(&players[i]);
        CU_ASSERT(hear(&players[i]).message.type == LINK_HELLO);
    }
    form(players, 7);
    for (int i = 0; i < RANKS; i++) {
        join_end(&players[i]);
        CU_ASSERT(players[i].outcome == 0 && players[i].place.rank == i);
        CU_ASSERT(players[i].place.size == RANKS && players[i].place.generation == 7);
        CU_ASSERT(players[i].place.restore == 5 && players[i].link.page->generation == 7);
        players[i].world->table->restored(players[i].world);
        CU_ASSERT(players[i].link.page->restored > 0 && players[i].link.page->stepped == 0);
        players[i].world->table->progress(players[i].world, &progress);
        CU_ASSERT(players[i].link.page->committed == 6 && players[i].link.page->stepped > 0);
        CU_ASSERT(players[i].link.page->validated == 3);
        CU_ASSERT(!players[i].world->table->over(players[i].world));
    }
    /* Rank 0 waits for rank 1, which does not come: the revocation ends it. */
    CU_ASSERT_FATAL(pthread_create(&players[0].thread, NULL, barrier_run, &players[0]) == 0);
    for (int i = 0; i < RANKS; i++) {
        atomic_store(&players[i].link.control->revoked, 7);
        say(&players[i], (struct link_message){.type = LINK_REVOKE, .generation = 7});
    }
    pthread_join(players[0].thread, NULL);
    CU_ASSERT(players[0].outcome == COMM_BROKEN);
    CU_ASSERT(players[0].link.page->sequence == 1 && players[1].link.page->sequence == 0);
    for (int i = 0; i < RANKS; i++) {
        struct word quiet;

        CU_ASSERT(players[i].world->table->over(players[i].world));
        join_begin(&players[i]);
        quiet = hear(&players[i]);
        CU_ASSERT(quiet.message.type == LINK_QUIET && quiet.message.committed == 6);
    }
    form(players, 9);
    for (int i = 0; i < RANKS; i++) {
        join_end(&players[i]);
        CU_ASSERT(players[i].outcome == 0 && players[i].place.generation == 9);
        CU_ASSERT(players[i].link.page->sequence == 0);
    }
    for (int i = 0; i < RANKS; i++)
        player_end(&players[i]);
}

static void a_broken_communicator_is_told_once(void)
{
    struct player players[RANKS];
    struct word broken;

    for (int i = 0; i < RANKS; i++) {
        player_begin(&players[i]);
        join_begin(&players[i]);
        hear(&players[i]);
    }
    form(players, 3);
    for (int i = 0; i < RANKS; i++)
        join_end(&players[i]);
    comm_abort(players[1].comm, "it dies");
    CU_ASSERT(comm_barrier(players[0].comm) == COMM_BROKEN);
    join_begin(&players[0]);
    broken = hear(&players[0]);
    CU_ASSERT(broken.message.type == LINK_BROKEN && broken.message.generation == 3);
    CU_ASSERT(broken.message.tail > 0);
    say(&players[0], (struct link_message){.type = LINK_LEAVE});
    join_end(&players[0]);
    CU_ASSERT(players[0].outcome == WORLD_LEAVE);
    for (int i = 0; i < RANKS; i++)
        player_end(&players[i]);
}

struct finishing {
    struct player *player;
    bool stopped;
};

static void *finish_run(void *context)
{
    struct finishing *finishing = context;
    struct player *player = finishing->player;

    player->outcome = player->world->table->finish(
        player->world, finishing->stopped, "{\"steps\":9}", &player->error);
    return NULL;
}

static void a_result_is_told_and_the_agent_decides_what_follows(void)
{
    struct player player;
    struct finishing finishing = {&player, true};
    struct word done;

    player_begin(&player);
    CU_ASSERT_FATAL(pthread_create(&player.thread, NULL, finish_run, &finishing) == 0);
    done = hear(&player);
    CU_ASSERT(done.message.type == LINK_DONE && done.message.code == 1);
    CU_ASSERT(!strcmp(done.tail, "{\"steps\":9}"));
    say(&player, (struct link_message){.type = LINK_REVOKE, .generation = 1});
    pthread_join(player.thread, NULL);
    CU_ASSERT(player.outcome == WORLD_REJOIN);
    CU_ASSERT(hear(&player).message.type == LINK_QUIET);
    finishing.stopped = false;
    CU_ASSERT_FATAL(pthread_create(&player.thread, NULL, finish_run, &finishing) == 0);
    CU_ASSERT(hear(&player).message.code == 0);
    say(&player, (struct link_message){.type = LINK_LEAVE});
    pthread_join(player.thread, NULL);
    CU_ASSERT(player.outcome == WORLD_LEAVE);
    player_end(&player);
}

static void saves_and_failures_are_told(void)
{
    struct player player;
    struct word word;

    player_begin(&player);
    player.world->table->saved(player.world, 4, NULL);
    CU_ASSERT(player.link.page->saved == 4);
    player.world->table->saved(player.world, 8, "no space");
    word = hear(&player);
    CU_ASSERT(word.message.type == LINK_UNSAVED && !strcmp(word.tail, "no space"));
    player.world->table->saved(player.world, 8, NULL);
    word = hear(&player);
    CU_ASSERT(word.message.type == LINK_UNSAVED && !word.message.tail &&
              player.link.page->saved == 8);
    player.world->table->failed(player.world, LINK_EXIT_INPUT, "bad data");
    word = hear(&player);
    CU_ASSERT(word.message.type == LINK_FAILED && word.message.code == LINK_EXIT_INPUT);
    CU_ASSERT(!strcmp(word.tail, "bad data"));
    CU_ASSERT(!player.world->table->draining(player.world));
    atomic_store(&player.link.control->draining, 1);
    CU_ASSERT(player.world->table->draining(player.world) == LINK_DRAIN_STOP);
    atomic_store(&player.link.control->draining, LINK_DRAIN_HAND_OVER);
    CU_ASSERT(player.world->table->draining(player.world) == LINK_DRAIN_HAND_OVER);
    player_end(&player);
}

/* Whatever an agent sends that is no word of the link ends the join with a reason. */
static void malformed_words_and_a_vanished_agent_are_errors(void)
{
    static const struct link_message bad[] = {
        {.type = LINK_ASSIGN, .rank = 2, .size = 2},
        {.type = LINK_ASSIGN, .rank = 0, .size = LINK_RANKS + 1},
        {.type = LINK_ASSIGN, .rank = 0, .size = 1, .tail = 8},
    };

    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        struct player player;

        player_begin(&player);
        join_begin(&player);
        hear(&player);
        if (i < sizeof bad / sizeof *bad) {
            say(&player, bad[i]);
        } else {
            close(player.link.socket);
            player.link.socket = -1;
        }
        join_end(&player);
        CU_ASSERT(player.outcome == -1 && player.error.text[0]);
        player_end(&player);
    }
}

static void without_an_agent_there_is_no_world_and_bad_numbers_are_refused(void)
{
    struct world *world = NULL;
    struct error error = {""};

    unsetenv("MUSTER_LINK");
    CU_ASSERT(world_agent_new(&world, &error) == 1);
    setenv("MUSTER_LINK", "x", 1);
    CU_ASSERT(world_agent_new(&world, &error) == -1 && strstr(error.text, "MUSTER_LINK"));
    unsetenv("MUSTER_LINK");
}

SUITE("trainer world_agent",
      {"two ranks meet, are revoked and meet again", two_ranks_meet_are_revoked_and_meet_again},
      {"a broken communicator is told once", a_broken_communicator_is_told_once},
      {"a result is told and the agent decides what follows",
       a_result_is_told_and_the_agent_decides_what_follows},
      {"saves and failures are told", saves_and_failures_are_told},
      {"malformed words and a vanished agent are errors",
       malformed_words_and_a_vanished_agent_are_errors},
      {"without an agent there is no world and bad numbers are refused",
       without_an_agent_there_is_no_world_and_bad_numbers_are_refused})
