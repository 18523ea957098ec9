/* The agent's end of a rank: what it hears, what it says, and that it lets go of everything. */
#include "agent/link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "support/check.h"

#define HEARD_MOST 8

/* A link, the rank's end of it, and what was heard. */
struct scene {
    struct loop loop;
    struct link link;
    int rank;
    int page; /* the rank's own view of the page */
    int control;
    struct link_message heard[HEARD_MOST];
    char tails[HEARD_MOST][LINK_RESULT + 1];
    int count;
    int before; /* descriptors open without all this */
};

static void on_heard(void *context,
                     uint32_t rank,
                     const struct link_message *message,
                     const char *tail)
{
    struct scene *scene = context;

    CU_ASSERT(rank == 3);
    CU_ASSERT_FATAL(scene->count < HEARD_MOST);
    CU_ASSERT(tail[message->tail] == '\0');
    scene->heard[scene->count] = *message;
    memcpy(scene->tails[scene->count++], tail, message->tail + 1);
}

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    int pair[2];

    scene->before = check_descriptors();
    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    scene->rank = pair[1];
    scene->page = file_memory("page", LINK_PAGE, NULL);
    scene->control = file_memory("control", LINK_PAGE, NULL);
    const int descriptors[3] = {pair[0], dup(scene->page), dup(scene->control)};

    scene->link.heard = on_heard;
    scene->link.context = scene;
    CU_ASSERT_FATAL(link_open(&scene->link, &scene->loop, 3, descriptors, NULL) == 0);
    return scene;
}

static void scene_free(struct scene *scene)
{
    link_close(&scene->link);
    CU_ASSERT(!scene->link.open);
    loop_done(&scene->loop);
    if (scene->rank >= 0)
        close(scene->rank);
    close(scene->page);
    close(scene->control);
    CU_ASSERT(check_descriptors() == scene->before);
    free(scene);
}

static void guard(void *context)
{
    loop_stop(context);
}

/* Lets the loop serve what is there. */
static void serve(struct scene *scene)
{
    struct timer timer = {.call = guard, .context = &scene->loop};

    loop_timer(&scene->loop, &timer, clock_now() + CLOCK_MS(1));
    CU_ASSERT(loop_run(&scene->loop, NULL) == 0);
}

/* The rank says something whose tail is `size` bytes long and said to be `claimed`. */
static void say(struct scene *scene, enum link_type type, size_t size, size_t claimed)
{
    size_t whole = sizeof(struct link_message) + size;
    CLEAN_FREE char *bytes = memory_get(whole, 1);
    struct link_message message = {.type = type, .generation = 7, .tail = (uint32_t)claimed};

    memcpy(bytes, &message, sizeof message);
    memset(bytes + sizeof message, 'x', size);
    CU_ASSERT(send(scene->rank, bytes, whole, 0) == (ssize_t)whole);
}

static void what_a_rank_says_is_heard_in_order(void)
{
    struct scene *scene = scene_new();

    say(scene, LINK_HELLO, 0, 0);
    say(scene, LINK_BROKEN, 4, 4);
    say(scene, LINK_DONE, LINK_RESULT, LINK_RESULT);
    serve(scene);
    CU_ASSERT_FATAL(scene->count == 3);
    CU_ASSERT(scene->heard[0].type == LINK_HELLO);
    CU_ASSERT(scene->heard[1].type == LINK_BROKEN && scene->heard[1].generation == 7);
    CHECK_TEXT(scene->tails[1], "xxxx");
    CU_ASSERT(strlen(scene->tails[2]) == LINK_RESULT);
    scene_free(scene);
}

/* A trainer that is not ours may err; what it says rightly after that counts. */
static void what_is_no_message_is_passed_over(void)
{
    struct scene *scene = scene_new();

    CU_ASSERT(send(scene->rank, "short", 5, 0) == 5);
    say(scene, LINK_BROKEN, 4, 5);
    say(scene, LINK_BROKEN, 4, 3);
    say(scene, LINK_BROKEN, 0, UINT32_MAX);
    for (size_t more = 1; more < 10; more++)
        say(scene, LINK_DONE, LINK_RESULT + more, LINK_RESULT + more);
    say(scene, LINK_DONE, (size_t)2 * LINK_RESULT, LINK_RESULT);
    say(scene, LINK_HELLO, 0, 0);
    serve(scene);
    CU_ASSERT_FATAL(scene->count == 1);
    CU_ASSERT(scene->heard[0].type == LINK_HELLO);
    scene_free(scene);
}

static void the_last_words_are_heard_when_it_closes(void)
{
    struct scene *scene = scene_new();

    say(scene, LINK_FAILED, 3, 3);
    close(scene->rank);
    scene->rank = -1;
    link_close(&scene->link);
    CU_ASSERT_FATAL(scene->count == 1);
    CHECK_TEXT(scene->tails[0], "xxx");
    link_close(&scene->link);
    CU_ASSERT(scene->count == 1);
    scene_free(scene);
}

static void a_rank_that_hangs_up_does_not_keep_the_loop_busy(void)
{
    struct scene *scene = scene_new();

    close(scene->rank);
    scene->rank = -1;
    serve(scene);
    CU_ASSERT(scene->link.open); /* its end is the keeper's to report */
    scene_free(scene);
}

static void blobs_go_out_one_behind_the_other(void)
{
    struct scene *scene = scene_new();
    const struct link_message message = {.type = LINK_GO, .generation = 9, .size = 3};
    const struct blob blobs[3] = {
        {.size = 2, .bytes = "ab"}, {.size = 0}, {.size = 1, .bytes = "c"}};
    static const unsigned char wanted[] = {2, 0, 'a', 'b', 0, 0, 1, 0, 'c'};
    unsigned char bytes[256];
    struct link_message heard;

    CU_ASSERT(link_send(&scene->link, &message, blobs, 3) == 0);
    CU_ASSERT_FATAL(recv(scene->rank, bytes, sizeof bytes, MSG_DONTWAIT) ==
                    (ssize_t)(sizeof heard + sizeof wanted));
    memcpy(&heard, bytes, sizeof heard);
    CU_ASSERT(heard.type == LINK_GO && heard.generation == 9 && heard.tail == sizeof wanted);
    CU_ASSERT(!memcmp(bytes + sizeof heard, wanted, sizeof wanted));
    scene_free(scene);
}

static void who_does_not_take_it_is_told_of(void)
{
    struct scene *scene = scene_new();
    const struct link_message message = {.type = LINK_REVOKE};
    int sent = 0;

    while (sent < 100000 && link_send(&scene->link, &message, NULL, 0) == 0)
        sent++;
    CU_ASSERT(sent > 0 && sent < 100000);
    link_close(&scene->link);
    CU_ASSERT(link_send(&scene->link, &message, NULL, 0) == 1);
    scene_free(scene);
}

static void the_revoke_word_only_rises(void)
{
    struct scene *scene = scene_new();
    struct link_control control;

    link_revoke(&scene->link, 5);
    link_revoke(&scene->link, 4);
    CU_ASSERT(pread(scene->control, &control, sizeof control, 0) == (ssize_t)sizeof control);
    CU_ASSERT(atomic_load(&control.revoked) == 5);
    CU_ASSERT(atomic_load(&control.version) == LINK_VERSION);
    link_revoke(&scene->link, 6);
    CU_ASSERT(pread(scene->control, &control, sizeof control, 0) == (ssize_t)sizeof control);
    CU_ASSERT(atomic_load(&control.revoked) == 6);
    link_close(&scene->link);
    link_revoke(&scene->link, 7);
    scene_free(scene);
}

static void the_page_is_what_the_rank_writes(void)
{
    struct scene *scene = scene_new();
    struct link_page page = {.phase = 0};

    atomic_store(&page.committed, 41);
    CU_ASSERT(pwrite(scene->page, &page, sizeof page, 0) == (ssize_t)sizeof page);
    CU_ASSERT(atomic_load(&scene->link.page->committed) == 41);
    scene_free(scene);
}

/* Each of the three is of the wrong kind once. */
static void what_cannot_be_opened_leaves_nothing_open(void)
{
    for (int wrong = 0; wrong < 3; wrong++) {
        struct loop loop;
        struct link link = {.open = false};
        struct error error = {""};
        int before = check_descriptors();
        int pair[2];

        CU_ASSERT_FATAL(loop_init(&loop, NULL) == 0);
        CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
        int descriptors[3] = {dup(pair[0]),
                              file_memory("page", LINK_PAGE, NULL),
                              file_memory("control", LINK_PAGE, NULL)};

        close(descriptors[wrong]);
        descriptors[wrong] = wrong ? dup(pair[0]) : file_memory("no socket", 0, NULL);
        CU_ASSERT(link_open(&link, &loop, 0, descriptors, &error) == -1);
        CU_ASSERT(error.text[0] != '\0');
        CU_ASSERT(!link.open);
        close(pair[0]);
        close(pair[1]);
        loop_done(&loop);
        CU_ASSERT(check_descriptors() == before);
    }
}

SUITE("agent link",
      {"what a rank says is heard in order", what_a_rank_says_is_heard_in_order},
      {"what is no message is passed over", what_is_no_message_is_passed_over},
      {"the last words are heard when it closes", the_last_words_are_heard_when_it_closes},
      {"a rank that hangs up does not keep the loop busy",
       a_rank_that_hangs_up_does_not_keep_the_loop_busy},
      {"blobs go out one behind the other", blobs_go_out_one_behind_the_other},
      {"who does not take it is told of", who_does_not_take_it_is_told_of},
      {"the revoke word only rises", the_revoke_word_only_rises},
      {"the page is what the rank writes", the_page_is_what_the_rank_writes},
      {"what cannot be opened leaves nothing open", what_cannot_be_opened_leaves_nothing_open})
