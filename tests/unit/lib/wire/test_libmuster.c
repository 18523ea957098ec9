/* The library for trainers that are not ours: the test is their agent. Words are said before they
 * are waited for, so that no thread is needed. */
#include "wire/libmuster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"
#include "support/trainer_link.h"
#include "wire/link.h"

#define SIZE 3

/* A trainer's handle and its agent's end. */
struct scene {
    struct trainer_link link;
    struct muster *muster;
};

static struct scene scene_make(void)
{
    struct scene scene;
    char reason[MUSTER_REASON] = "";

    trainer_link_begin(&scene.link);
    CU_ASSERT_FATAL(muster_open(&scene.muster, reason) == 0);
    trainer_link_hide();
    return scene;
}

static void scene_end(struct scene *scene)
{
    muster_close(scene->muster);
    trainer_link_end(&scene->link);
}

static void say(const struct scene *scene, struct link_message message)
{
    CU_ASSERT(send(scene->link.socket, &message, sizeof message, 0) == sizeof message);
}

static void assign(const struct scene *scene, uint64_t generation)
{
    say(scene,
        (struct link_message){.type = LINK_ASSIGN,
                              .generation = generation,
                              .attempt = 4,
                              .rank = 1,
                              .size = SIZE,
                              .local_rank = 1,
                              .local_size = 2});
}

/* Tells to go, with a blob of `i` bytes for rank i; `torn` bytes are missing at the end. */
static void go(const struct scene *scene, uint64_t generation, size_t torn)
{
    struct {
        struct link_message message;
        unsigned char tail[SIZE * 4];
    } out = {.message = {.type = LINK_GO, .generation = generation, .committed = 5}};
    size_t size = 0;

    for (uint16_t i = 0; i < SIZE; i++) {
        memcpy(out.tail + size, &i, sizeof i);
        memset(out.tail + size + sizeof i, 'a' + i, i);
        size += sizeof i + i;
    }
    size -= torn;
    out.message.tail = (uint32_t)size;
    CU_ASSERT(send(scene->link.socket, &out, sizeof out.message + size, 0) > 0);
}

static struct link_message heard(const struct scene *scene, char *tail)
{
    struct {
        struct link_message message;
        char tail[LINK_RESULT + 1];
    } in = {.message.type = 0};

    CU_ASSERT(recv(scene->link.socket, &in, sizeof in - 1, MSG_DONTWAIT) >=
              (ssize_t)sizeof in.message);
    if (tail)
        snprintf(tail, MUSTER_REASON, "%.*s", MUSTER_REASON - 1, in.tail);
    return in.message;
}

/* Brings the trainer into a generation. */
static void form(struct scene *scene, uint64_t generation)
{
    struct muster_place place;
    int64_t restore = -9;

    assign(scene, generation);
    CU_ASSERT(muster_wait(scene->muster, &place) == 0);
    CU_ASSERT(place.generation == generation && place.attempt == 4);
    CU_ASSERT(place.rank == 1 && place.size == SIZE);
    CU_ASSERT(place.local_rank == 1 && place.local_size == 2);
    CU_ASSERT(muster_ready(scene->muster, "here", 4) == 0);
    go(scene, generation, 0);
    CU_ASSERT(muster_go(scene->muster, &restore) == 0 && restore == 5);
}

static void a_trainer_is_placed_hears_its_peers_and_is_placed_again(void)
{
    struct scene scene = scene_make();
    struct link_message message;
    char tail[MUSTER_REASON];
    size_t size;

    CU_ASSERT(scene.link.page->version == LINK_VERSION &&
              scene.link.page->committed == LINK_NO_STATE);
    form(&scene, 7);
    CU_ASSERT(heard(&scene, NULL).type == LINK_HELLO);
    message = heard(&scene, tail);
    CU_ASSERT(message.type == LINK_READY && message.generation == 7 && message.tail == 4);
    CHECK_TEXT(tail, "here");
    CU_ASSERT(!memcmp(muster_blob(scene.muster, 2, &size), "cc", 2) && size == 2);
    CU_ASSERT(muster_blob(scene.muster, 0, &size) && size == 0);
    CU_ASSERT(!muster_blob(scene.muster, SIZE, &size) && size == 0);
    CU_ASSERT(!muster_revoked(scene.muster));
    atomic_store(&scene.link.control->revoked, 6);
    CU_ASSERT(!muster_revoked(scene.muster));
    atomic_store(&scene.link.control->revoked, 7);
    CU_ASSERT(muster_revoked(scene.muster));
    say(&scene, (struct link_message){.type = LINK_REVOKE, .generation = 7});
    form(&scene, 9);
    message = heard(&scene, NULL);
    CU_ASSERT(message.type == LINK_QUIET && message.generation == 7);
    CU_ASSERT(message.committed == LINK_NO_STATE);
    CU_ASSERT(scene.link.page->generation == 9 && !muster_revoked(scene.muster));
    scene_end(&scene);
}

static void progress_is_stored_and_the_first_step_noted(void)
{
    struct scene scene = scene_make();
    const struct muster_progress progress = {.begun = 8,
                                             .committed = 7,
                                             .total = 100,
                                             .epoch = 2,
                                             .samples = 640,
                                             .loss = 0.25,
                                             .accuracy = 0.5,
                                             .validated = 6,
                                             .phase = MUSTER_PHASE_VALIDATE};

    form(&scene, 7);
    muster_begin(scene.muster, 6);
    muster_commit(scene.muster, 6, NAN);
    CU_ASSERT(scene.link.page->stepped == 0); /* the state was not in place yet */
    muster_restored(scene.muster, 5);
    CU_ASSERT(scene.link.page->restored > 0 && scene.link.page->committed == 5);
    muster_begin(scene.muster, 6);
    CU_ASSERT(scene.link.page->begun == 6 && scene.link.page->phase == LINK_PHASE_TRAIN);
    muster_collective(scene.muster);
    muster_collective(scene.muster);
    CU_ASSERT(scene.link.page->sequence == 2);
    CU_ASSERT((void *)muster_collectives(scene.muster) != NULL);
    *muster_collectives(scene.muster) = 5;
    CU_ASSERT(scene.link.page->sequence == 5 && scene.link.page->stepped == 0);
    muster_computed(scene.muster, 1500, 4);
    muster_computed(scene.muster, 500, 2);
    muster_computed(scene.muster, -1, 0); /* a clock that went back */
    CU_ASSERT(scene.link.page->computed == 2000 && scene.link.page->work == 6);
    muster_commit(scene.muster, 6, 0.75);
    CU_ASSERT(scene.link.page->committed == 6 && scene.link.page->loss == 0.75);
    CU_ASSERT(scene.link.page->stepped >= scene.link.page->restored);
    muster_progress(scene.muster, &progress);
    CU_ASSERT(scene.link.page->begun == 8 && scene.link.page->committed == 7 &&
              scene.link.page->total == 100);
    CU_ASSERT(scene.link.page->epoch == 2 && scene.link.page->samples == 640 &&
              scene.link.page->loss == 0.25);
    CU_ASSERT(scene.link.page->accuracy == 0.5 && scene.link.page->validated == 6);
    CU_ASSERT(scene.link.page->phase == LINK_PHASE_VALIDATE);
    say(&scene, (struct link_message){.type = LINK_REVOKE, .generation = 7});
    form(&scene, 8);
    CU_ASSERT(scene.link.page->sequence == 0 && scene.link.page->stepped == 0 &&
              !scene.link.page->restored);
    CU_ASSERT(scene.link.page->computed == 0 && scene.link.page->work == 0);
    CU_ASSERT(scene.link.page->committed == 7); /* it still holds its state */
    scene_end(&scene);
}

static void a_place_may_be_over_before_all_are_ready(void)
{
    struct scene scene = scene_make();
    struct muster_place place;
    int64_t restore = -9;

    assign(&scene, 3);
    CU_ASSERT(muster_wait(scene.muster, &place) == 0);
    say(&scene, (struct link_message){.type = LINK_REVOKE, .generation = 3});
    CU_ASSERT(muster_go(scene.muster, &restore) == MUSTER_AGAIN && restore == -9);
    CU_ASSERT(muster_revoked(scene.muster));
    CU_ASSERT(muster_go(scene.muster, &restore) == MUSTER_AGAIN); /* it has no place */
    assign(&scene, 4);
    CU_ASSERT(muster_wait(scene.muster, &place) == 0 && place.generation == 4);
    go(&scene, 3, 0); /* of a generation that is over */
    assign(&scene, 5);
    CU_ASSERT(muster_go(scene.muster, &restore) == MUSTER_AGAIN);
    CU_ASSERT(muster_wait(scene.muster, &place) == 0 && place.generation == 5);
    say(&scene, (struct link_message){.type = LINK_LEAVE});
    CU_ASSERT(muster_go(scene.muster, &restore) == MUSTER_LEAVE);
    scene_end(&scene);
}

static void a_result_waits_for_the_others(void)
{
    struct scene scene = scene_make();
    struct link_message message;
    char tail[MUSTER_REASON];

    form(&scene, 7);
    heard(&scene, NULL);
    heard(&scene, NULL);
    say(&scene, (struct link_message){.type = LINK_REVOKE, .generation = 7});
    CU_ASSERT(muster_done(scene.muster, true, "{\"a\":1}") == MUSTER_AGAIN);
    message = heard(&scene, tail);
    CU_ASSERT(message.type == LINK_DONE && message.code == 1 && message.generation == 7);
    CHECK_TEXT(tail, "{\"a\":1}");
    CU_ASSERT(heard(&scene, NULL).type == LINK_QUIET && scene.link.page->stepped > 0);
    form(&scene, 8);
    say(&scene, (struct link_message){.type = LINK_LEAVE});
    CU_ASSERT(muster_done(scene.muster, false, "{}") == MUSTER_LEAVE);
    scene_end(&scene);
}

static void what_goes_wrong_is_told(void)
{
    struct scene scene = scene_make();
    struct link_message message;
    char tail[MUSTER_REASON];

    muster_broken(scene.muster, "nobody is lost outside a generation");
    form(&scene, 7);
    heard(&scene, NULL);
    heard(&scene, NULL);
    muster_broken(scene.muster, "rank 2 is gone");
    message = heard(&scene, tail);
    CU_ASSERT(message.type == LINK_BROKEN && message.generation == 7);
    CHECK_TEXT(tail, "rank 2 is gone");
    muster_saved(scene.muster, 4);
    CU_ASSERT(scene.link.page->saved == 4);
    muster_unsaved(scene.muster, "no space");
    CU_ASSERT(heard(&scene, tail).type == LINK_UNSAVED);
    CHECK_TEXT(tail, "no space");
    muster_saved(scene.muster, 8);
    CU_ASSERT(heard(&scene, NULL).tail == 0 && scene.link.page->saved == 8);
    muster_failed(scene.muster, MUSTER_BAD_INPUT, "bad data");
    message = heard(&scene, tail);
    CU_ASSERT(message.type == LINK_FAILED && message.code == LINK_EXIT_INPUT);
    CU_ASSERT(!muster_draining(scene.muster));
    atomic_store(&scene.link.control->draining, 1);
    CU_ASSERT(muster_draining(scene.muster) && !muster_handing_over(scene.muster));
    atomic_store(&scene.link.control->draining, LINK_DRAIN_HAND_OVER);
    CU_ASSERT(muster_draining(scene.muster) && muster_handing_over(scene.muster));
    CU_ASSERT(muster_ready(scene.muster, tail, MUSTER_BLOB + 1) == -1);
    CHECK_TEXT(muster_reason(scene.muster), "a blob of 129 bytes; at most 128 are allowed");
    scene_end(&scene);
}

static void an_agent_that_errs_or_is_gone_is_an_error(void)
{
    static const struct link_message bad[] = {
        {.type = LINK_ASSIGN, .rank = 2, .size = 2},
        {.type = LINK_ASSIGN, .rank = 0, .size = LINK_RANKS + 1},
        {.type = LINK_ASSIGN, .rank = 0, .size = 1, .tail = 8},
    };
    struct muster_place place;
    int64_t restore;
    struct scene scene;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        scene = scene_make();
        say(&scene, bad[i]);
        CU_ASSERT(muster_wait(scene.muster, &place) == -1 && *muster_reason(scene.muster));
        scene_end(&scene);
    }
    for (size_t torn = 1; torn <= 9; torn++) {
        scene = scene_make();
        assign(&scene, 3);
        CU_ASSERT(muster_wait(scene.muster, &place) == 0);
        go(&scene, 3, torn);
        CU_ASSERT(muster_go(scene.muster, &restore) == -1);
        CHECK_TEXT(muster_reason(scene.muster), "the agent sent malformed blobs");
        scene_end(&scene);
    }
    scene = scene_make();
    close(scene.link.socket);
    scene.link.socket = -1;
    CU_ASSERT(muster_wait(scene.muster, &place) == -1 && *muster_reason(scene.muster));
    scene_end(&scene);
}

/* Opens with one of the three numbers replaced, and closes what the library has not taken. */
static void open_with(const char *name, const char *value)
{
    static const char *const names[] = {"MUSTER_LINK", "MUSTER_PAGE", "MUSTER_CONTROL"};
    char reason[MUSTER_REASON] = "";
    struct muster *muster;
    int before = check_descriptors();
    int made[3];
    int bad = 0;

    for (int i = 0; i < 3; i++) {
        made[i] = file_memory("page", LINK_PAGE, NULL);
        trainer_link_name(names[i], made[i]);
        if (!strcmp(names[i], name))
            bad = i;
    }
    close(made[bad]);
    setenv(name, value, 1);
    CU_ASSERT(muster_open(&muster, reason) == -1);
    CHECK_HAS(reason, name);
    for (int i = bad + 1; i < 3; i++)
        close(made[i]);
    CU_ASSERT(check_descriptors() == before);
    unsetenv("MUSTER_LINK");
}

static void bad_descriptors_are_refused(void)
{
    static const char *const values[] = {"", "x", "-1", "3x", "99999999999999999999"};
    char reason[MUSTER_REASON];
    struct muster *muster;

    CU_ASSERT(muster_open(&muster, reason) == MUSTER_ALONE);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        open_with("MUSTER_LINK", values[i]);
        open_with("MUSTER_PAGE", values[i]);
        open_with("MUSTER_CONTROL", values[i]);
    }
    open_with("MUSTER_PAGE", "1000000");
    open_with("MUSTER_CONTROL", "1000000");
    muster_close(NULL);
}

SUITE("wire libmuster",
      {"a trainer is placed, hears its peers and is placed again",
       a_trainer_is_placed_hears_its_peers_and_is_placed_again},
      {"progress is stored and the first step noted", progress_is_stored_and_the_first_step_noted},
      {"a place may be over before all are ready", a_place_may_be_over_before_all_are_ready},
      {"a result waits for the others", a_result_waits_for_the_others},
      {"what goes wrong is told", what_goes_wrong_is_told},
      {"an agent that errs or is gone is an error", an_agent_that_errs_or_is_gone_is_an_error},
      {"bad descriptors are refused", bad_descriptors_are_refused})
