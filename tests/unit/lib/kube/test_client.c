/* The client: writes go out in order and within the window, waits are kept, tokens are renewed. */
#include "kube/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "kube/window.h"
#include "scene.h"
#include "support/check.h"

static const struct request_resource pods = {"", "v1", "pods"};

/* What came back, of all calls of a test. */
struct desk {
    struct scene scene;
    int ended;
    int wanted;
    struct text answers; /* "CLASS " of each */
    struct client_call *calls[SCENE_CALLS];
};

static void desk_ended(void *context, const struct answer *answer)
{
    struct desk *desk = context;

    text_addf(&desk->answers, "%s ", answer_word(answer_classify(answer, NULL)));
    if (++desk->ended == desk->wanted)
        loop_stop(&desk->scene.loop);
}

static const struct client_events events = {.ended = desk_ended};

static void desk_open(struct desk *desk,
                      void (*serve)(struct scene *scene, struct api_call *call),
                      const char *token_file)
{
    *desk = (struct desk){.wanted = 1};
    scene_open(&desk->scene, serve, token_file);
}

static void desk_close(struct desk *desk)
{
    scene_close(&desk->scene);
    text_done(&desk->answers);
}

/* Writes pod `number` in a lane. */
static void desk_write(struct desk *desk, int number, enum request_lane lane)
{
    char name[16];
    struct request_place place = {&pods, "team", name, NULL};
    CLEAN(request) struct request request = {0};

    snprintf(name, sizeof name, "p%d", number);
    request_patch(&request, &place, "{}");
    request.lane = lane;
    desk->calls[number] = client_send(desk->scene.client, &request, &events, desk);
    CU_ASSERT(!request.target.data);
}

static bool desk_asked(const struct desk *desk, int number)
{
    char line[64];

    snprintf(line, sizeof line, "/p%d\n", number);
    return strstr(text_string(&desk->scene.asked), line) != NULL;
}

/* Holds each answer until a window of them has come. */
static void serve_together(struct scene *scene, struct api_call *call)
{
    struct client_counts counts;

    (void)call;
    client_count(scene->client, &counts);
    CU_ASSERT(counts.under_way <= counts.window);
    if (scene->requests % (int)WINDOW_FIRST)
        return;
    CU_ASSERT(counts.under_way == WINDOW_FIRST);
    for (int i = scene->requests - (int)WINDOW_FIRST; i < scene->requests; i++)
        api_answer(scene->calls[i], 200, "", "{}");
}

static void no_more_writes_are_under_way_than_the_window_has(void)
{
    struct desk desk;
    struct client_counts counts;

    desk_open(&desk, serve_together, NULL);
    desk.wanted = (int)WINDOW_FIRST;
    for (int i = 0; i < 24; i++)
        desk_write(&desk, i, REQUEST_WRITE);
    client_count(desk.scene.client, &counts);
    CU_ASSERT(counts.under_way == WINDOW_FIRST && counts.waiting == 24 - WINDOW_FIRST);
    scene_run(&desk.scene);
    for (int i = 0; i < (int)WINDOW_FIRST; i++)
        CU_ASSERT(desk_asked(&desk, i));
    client_count(desk.scene.client, &counts);
    CU_ASSERT(counts.answered[ANSWER_DONE] == WINDOW_FIRST);
    CU_ASSERT(counts.window == WINDOW_FIRST + 1);
    desk_close(&desk); /* with calls under way and waiting */
}

/* The first is told to wait; all else is fine. */
static void serve_wait(struct scene *scene, struct api_call *call)
{
    if (scene->requests == 1)
        api_answer(call, 429, "Retry-After: 1\r\n", "{\"kind\":\"Status\"}");
    else
        api_answer(call, 200, "", "{}");
}

static void writes_wait_when_the_server_asks_and_reads_do_not(void)
{
    struct desk desk;
    struct client_counts counts;

    desk_open(&desk, serve_wait, NULL);
    desk_write(&desk, 0, REQUEST_WRITE);
    scene_run(&desk.scene);
    CHECK_TEXT(text_string(&desk.answers), "busy ");
    desk_write(&desk, 1, REQUEST_WRITE);
    client_count(desk.scene.client, &counts);
    CU_ASSERT(counts.waiting == 1 && counts.window == WINDOW_FIRST / 2);
    desk_write(&desk, 2, REQUEST_READ);
    desk.wanted = 3;
    scene_run(&desk.scene);
    CHECK_TEXT(text_string(&desk.answers), "busy done done ");
    CHECK_HAS(text_string(&desk.scene.asked), "/p2\nPATCH /api/v1/namespaces/team/pods/p1\n");
    desk_close(&desk);
}

static void serve_nothing(struct scene *scene, struct api_call *call)
{
    (void)call;
    loop_stop(&scene->loop);
}

static void a_dropped_call_makes_room_for_the_next(void)
{
    struct desk desk;

    desk_open(&desk, serve_nothing, NULL);
    for (int i = 0; i < (int)WINDOW_FIRST + 3; i++)
        desk_write(&desk, i, REQUEST_WRITE);
    client_drop(desk.calls[8]); /* waits */
    client_drop(desk.calls[0]); /* is under way */
    while (!desk_asked(&desk, 9))
        scene_run(&desk.scene);
    CU_ASSERT(!desk_asked(&desk, 8) && !desk_asked(&desk, 10));
    CU_ASSERT(desk.ended == 0);
    client_drop(NULL);
    desk_close(&desk);
}

/* Tokens. */

static char *token_write(const char *token)
{
    char *path;

    if (asprintf(&path, "%s/token", check_directory()) < 0 ||
        file_write(path, token, strlen(token), NULL))
        abort();
    return path;
}

/* Refuses every token but "new"; the first refusal comes when the file has been replaced, if the
 * test has named it. */
static void serve_new_token(struct scene *scene, struct api_call *call)
{
    bool good = !strcmp(call->authorization, "Bearer new");

    if (scene->script)
        file_write(scene->script, "new\n", 4, NULL);
    api_answer(call, good ? 200 : 401, "", "{}");
}

static void a_refused_token_is_read_again_and_the_request_sent_once_more(void)
{
    CLEAN_FREE char *path = token_write("old\n");
    struct desk desk;

    desk_open(&desk, serve_new_token, path);
    desk.scene.script = path;
    desk_write(&desk, 0, REQUEST_WRITE);
    scene_run(&desk.scene);
    CHECK_TEXT(text_string(&desk.answers), "done ");
    CU_ASSERT(desk.scene.requests == 2);
    desk_close(&desk);
}

static void a_refused_token_that_stays_is_told(void)
{
    CLEAN_FREE char *path = token_write("old\n");
    struct desk desk;

    desk_open(&desk, serve_new_token, path);
    desk_write(&desk, 0, REQUEST_WRITE);
    scene_run(&desk.scene);
    CHECK_TEXT(text_string(&desk.answers), "denied ");
    CU_ASSERT(desk.scene.requests == 1);
    desk_close(&desk);
}

static void a_client_without_its_token_is_refused_and_the_cluster_kept(void)
{
    struct cluster cluster = {.server = memory_text("https://10.0.0.1"),
                              .token_file = memory_text("/nonexistent/token")};
    struct client *client = NULL;
    struct error error = {""};
    struct loop loop;

    CU_ASSERT(loop_init(&loop, NULL) == 0);
    CU_ASSERT(client_new(&loop, &cluster, &client, &error) == -1);
    CHECK_HAS(error.text, "no token");
    CU_ASSERT(!client && cluster.server);
    cluster_done(&cluster);
    CU_ASSERT(client_new(&loop, &cluster, &client, &error) == -1);
    CHECK_HAS(error.text, "no server");
    client_free(client);
    loop_done(&loop);
}

SUITE("kube client",
      {"no more writes are under way than the window has",
       no_more_writes_are_under_way_than_the_window_has},
      {"writes wait when the server asks, and reads do not",
       writes_wait_when_the_server_asks_and_reads_do_not},
      {"a dropped call makes room for the next", a_dropped_call_makes_room_for_the_next},
      {"a refused token is read again and the request sent once more",
       a_refused_token_is_read_again_and_the_request_sent_once_more},
      {"a refused token that stays is told", a_refused_token_that_stays_is_told},
      {"a client without its token is refused and the cluster kept",
       a_client_without_its_token_is_refused_and_the_cluster_kept})
