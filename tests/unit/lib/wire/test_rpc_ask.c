/* Questions: each has exactly one answer, whatever becomes of the call. */
#include "wire/rpc_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "scene.h"
#include "support/check.h"

/* What became of a question. */
struct asked {
    struct scene *scene;
    int answers;
    int status;
    char reason[128];
    char bytes[64];
    size_t size;
    bool had_bytes;
};

static void on_answer(void *context, int status, const char *reason, const void *data, size_t size)
{
    struct asked *asked = context;

    asked->answers++;
    asked->status = status;
    snprintf(asked->reason, sizeof asked->reason, "%s", reason);
    snprintf(asked->bytes, sizeof asked->bytes, "%.*s", (int)size, data ? (const char *)data : "");
    asked->size = size;
    asked->had_bytes = data != NULL;
    loop_stop(&asked->scene->loop);
}

static struct rpc_ask *ask_words(
    struct asked *asked, struct scene *scene, const char *path, int64_t due, const char *words)
{
    const struct rpc_question question = {words, strlen(words), on_answer, asked};

    *asked = (struct asked){.scene = scene};
    return rpc_ask(scene->channel, path, due, &question);
}

static void asked_is(const struct asked *asked, int status, const char *reason)
{
    CU_ASSERT(asked->answers == 1 && asked->status == status);
    CU_ASSERT(asked->size == 0 && !asked->had_bytes);
    CHECK_TEXT(asked->reason, reason);
}

static void an_answer_brings_its_bytes(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene);
    ask_words(&asked, &scene, "/test/Unary", CLOCK_NEVER, "hello");
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && asked.status == RPC_OK && asked.size == 5);
    CHECK_TEXT(asked.bytes, "hello");
    CHECK_TEXT(asked.reason, "");
    /* An empty one is an answer too. */
    ask_words(&asked, &scene, "/test/Unary", CLOCK_NEVER, "");
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && asked.status == RPC_OK && asked.size == 0);
    CU_ASSERT(asked.had_bytes);
    scene_end(&scene);
}

static void an_end_without_an_answer_is_a_failure(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene);
    ask_words(&asked, &scene, "/test/Empty", CLOCK_NEVER, "hello");
    scene_run(&scene);
    asked_is(&asked, RPC_UNAVAILABLE, "no answer came");
    scene_end(&scene);
}

static void a_failure_has_its_reason_and_no_bytes(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene);
    ask_words(&asked, &scene, "/test/Refuse", CLOCK_NEVER, "hello");
    scene_run(&scene);
    asked_is(&asked, RPC_REFUSED, "not today");
    ask_words(&asked, &scene, "/test/Nothing", CLOCK_NEVER, "hello");
    scene_run(&scene);
    asked_is(&asked, RPC_UNIMPLEMENTED, "no such method");
    /* Also when a message came before it. */
    ask_words(&asked, &scene, "/test/Rue", CLOCK_NEVER, "hello");
    scene_run(&scene);
    asked_is(&asked, RPC_EXHAUSTED, "on second thought");
    scene_end(&scene);
}

static void a_reason_of_any_length_and_kind_arrives_in_part(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene);
    ask_words(&asked, &scene, "/test/Explain", CLOCK_NEVER, "hello");
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && asked.status == RPC_REFUSED);
    CHECK_HAS(asked.reason, SCENE_EXPLAINED "xxxx");
    scene_end(&scene);
}

static void a_deadline_is_an_answer(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene);
    ask_words(&asked, &scene, "/test/Silent", clock_now() + CLOCK_MS(30), "hello");
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && asked.status == RPC_DEADLINE && !asked.had_bytes);
    ask_words(&asked, &scene, "/test/Unary", clock_now() - CLOCK_SECONDS(1), "hello");
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && asked.status == RPC_DEADLINE && !asked.had_bytes);
    scene_end(&scene);
}

static void nobody_there_is_an_answer(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene);
    rpc_hang_up(scene.channel);
    scene.channel = rpc_dial(scene.rpc, "127.0.0.1:1", SCENE_SERVER, &scene.client.identity);
    ask_words(&asked, &scene, "/test/Unary", CLOCK_NEVER, "hello");
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && asked.status == RPC_UNAVAILABLE && asked.reason[0]);
    scene_end(&scene);
}

static void a_server_that_stops_is_an_answer(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene);
    scene.stop_when_opened = true;
    ask_words(&asked, &scene, "/test/Silent", CLOCK_NEVER, "hello");
    scene_run(&scene);
    CU_ASSERT(scene.opened == 1 && asked.answers == 0);
    rpc_stop(scene.server);
    scene.server = NULL;
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && asked.status != RPC_OK && !asked.had_bytes);
    scene_end(&scene);
}

static void a_dropped_question_has_no_answer(void)
{
    struct scene scene;
    struct asked dropped;
    struct asked asked;
    struct rpc_ask *ask;

    scene_begin(&scene);
    rpc_ask_drop(NULL);
    rpc_ask_drop(ask_words(&dropped, &scene, "/test/Unary", CLOCK_NEVER, "hello"));
    ask_words(&asked, &scene, "/test/Unary", CLOCK_NEVER, "hello");
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && dropped.answers == 0);
    /* And one that the server holds. */
    scene.stop_when_opened = true;
    ask = ask_words(&dropped, &scene, "/test/Silent", CLOCK_NEVER, "hello");
    scene_run(&scene);
    scene.want = -1;
    scene.server_ended = 0;
    rpc_ask_drop(ask);
    scene_run(&scene);
    CU_ASSERT(scene.server_ended == 1 && scene.server_status == RPC_CANCELLED);
    scene_end(&scene);
    CU_ASSERT(dropped.answers == 0);
}

static void a_question_that_is_too_large_is_told_as_that(void)
{
    CLEAN_FREE char *bytes = memory_get(RPC_MESSAGE + 1, 1);
    struct rpc_question question = {bytes, RPC_MESSAGE + 1, on_answer, NULL};
    struct scene scene;
    struct asked asked;

    scene_begin(&scene);
    asked = (struct asked){.scene = &scene};
    question.context = &asked;
    rpc_ask(scene.channel, "/test/Unary", CLOCK_NEVER, &question);
    CU_ASSERT(asked.answers == 0); /* never within the asking */
    scene_run(&scene);
    asked_is(&asked, RPC_EXHAUSTED, "the question is larger than a message may be");
    question.size = RPC_MESSAGE;
    asked.answers = 0;
    rpc_ask(scene.channel, "/test/Unary", CLOCK_NEVER, &question);
    scene_run(&scene);
    CU_ASSERT(asked.answers == 1 && asked.status == RPC_OK && asked.size == RPC_MESSAGE);
    scene_end(&scene);
}

SUITE("wire rpc ask",
      {"an answer brings its bytes", an_answer_brings_its_bytes},
      {"an end without an answer is a failure", an_end_without_an_answer_is_a_failure},
      {"a failure has its reason and no bytes", a_failure_has_its_reason_and_no_bytes},
      {"a reason of any length and kind arrives in part",
       a_reason_of_any_length_and_kind_arrives_in_part},
      {"a deadline is an answer", a_deadline_is_an_answer},
      {"nobody there is an answer", nobody_there_is_an_answer},
      {"a server that stops is an answer", a_server_that_stops_is_an_answer},
      {"a dropped question has no answer", a_dropped_question_has_no_answer},
      {"a question that is too large is told as that",
       a_question_that_is_too_large_is_told_as_that})
