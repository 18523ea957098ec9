/* The transport against a server that answers as it is told: whole, cut, too large or never. */
#include "kube/transport.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "support/api_server.h"
#include "support/check.h"
#include "support/fault.h"

#define PATIENCE CLOCK_SECONDS(60) /* a test that hangs is ended */

struct stage {
    struct loop loop;
    struct timer patience;
    struct api_server *server;
    struct cluster cluster;
    struct transport *transport;
    void (*serve)(struct stage *stage, struct api_call *call);
    int requests;
    struct api_call *call;
    struct text asked;
    /* what came back */
    struct transfer *transfer;
    struct text bytes;
    int ended;
    struct answer answer;
    struct text body;
    int wanted; /* ends after which the loop stops */
};

static void stage_late(void *context)
{
    struct stage *stage = context;

    CU_FAIL("the test hangs");
    loop_stop(&stage->loop);
}

static void stage_serve(void *context, struct api_call *call)
{
    struct stage *stage = context;

    stage->requests++;
    stage->call = call;
    text_addf(&stage->asked,
              "%s %s|%s|%s|%s\n",
              call->method,
              call->target,
              call->authorization,
              call->content,
              call->body);
    stage->serve(stage, call);
}

static void bytes_came(void *context, const char *bytes, size_t size)
{
    struct stage *stage = context;

    text_add_bytes(&stage->bytes, bytes, size);
}

static void ended_came(void *context, const struct answer *answer)
{
    struct stage *stage = context;

    stage->answer = *answer;
    stage->answer.body = NULL;
    text_clear(&stage->body);
    text_add_bytes(&stage->body, answer->body, answer->size);
    if (++stage->ended == stage->wanted)
        loop_stop(&stage->loop);
}

static const struct transfer_events events = {.bytes = bytes_came, .ended = ended_came};
static const struct request_resource pods = {"", "v1", "pods"};
static const struct request_place one = {&pods, "team", "a", NULL};

static void stage_open(struct stage *stage, void (*serve)(struct stage *, struct api_call *))
{
    signal(SIGPIPE, SIG_IGN);
    *stage = (struct stage){.serve = serve, .wanted = 1};
    if (loop_init(&stage->loop, NULL))
        abort();
    stage->patience = (struct timer){.call = stage_late, .context = stage};
    loop_timer(&stage->loop, &stage->patience, clock_now() + PATIENCE);
    stage->server = api_server_start(&stage->loop, stage_serve, stage);
    stage->cluster.server = strdup(api_server_url(stage->server));
    CU_ASSERT(transport_new(&stage->loop, &stage->cluster, &stage->transport, NULL) == 0);
}

static void stage_close(struct stage *stage)
{
    transport_free(stage->transport);
    api_server_stop(stage->server);
    loop_cancel(&stage->loop, &stage->patience);
    loop_done(&stage->loop);
    cluster_done(&stage->cluster);
    text_done(&stage->asked);
    text_done(&stage->bytes);
    text_done(&stage->body);
}

static void stage_start(struct stage *stage, const struct request *request)
{
    stage->transfer = transport_start(stage->transport, request, NULL, &events, stage);
}

static void get_one(struct stage *stage)
{
    CLEAN(request) struct request request = {0};

    request_get(&request, &one);
    stage_start(stage, &request);
}

static void watch_all(struct stage *stage)
{
    CLEAN(request) struct request request = {0};

    request_watch(
        &request, &(struct request_place){.resource = &pods}, &(struct request_selection){0});
    stage_start(stage, &request);
}

static void serve_fine(struct stage *stage, struct api_call *call)
{
    (void)stage;
    api_answer(call, 200, "", "{\"kind\":\"Pod\"}");
}

static void a_request_goes_out_whole_and_its_answer_comes(void)
{
    struct stage stage;
    CLEAN(request) struct request request = {0};

    stage_open(&stage, serve_fine);
    request_patch(&request, &one, "{\"a\":1}");
    transport_start(stage.transport, &request, "secret", &events, &stage);
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CHECK_TEXT(text_string(&stage.asked),
               "PATCH /api/v1/namespaces/team/pods/a|Bearer secret|"
               "application/merge-patch+json|{\"a\":1}\n");
    CU_ASSERT(stage.answer.status == 200 && stage.answer.retry_after == 0);
    CHECK_TEXT(text_string(&stage.body), "{\"kind\":\"Pod\"}");
    CU_ASSERT(!stage.bytes.size);
    stage_close(&stage);
}

static void each_method_is_sent_as_such(void)
{
    struct stage stage;
    CLEAN(request) struct request patch = {0};
    CLEAN(request) struct request delete = {0};
    CLEAN(request) struct request create = {0};

    stage_open(&stage, serve_fine);
    stage.wanted = 3;
    request_patch(&patch, &one, "{}");
    stage_start(&stage, &patch);
    request_delete(&delete, &one, &(struct request_condition){.grace_seconds = -1});
    stage_start(&stage, &delete);
    request_create(&create, &(struct request_place){&pods, "team", NULL, NULL}, "");
    stage_start(&stage, &create);
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CHECK_HAS(text_string(&stage.asked),
              "PATCH /api/v1/namespaces/team/pods/a||application/merge-patch+json|{}");
    CHECK_HAS(text_string(&stage.asked), "DELETE /api/v1/namespaces/team/pods/a||");
    CHECK_HAS(text_string(&stage.asked), "POST /api/v1/namespaces/team/pods||application/json|\n");
    stage_close(&stage);
}

static void a_connection_is_used_again(void)
{
    struct stage stage;

    stage_open(&stage, serve_fine);
    for (int i = 0; i < 10; i++) {
        stage.ended = 0;
        get_one(&stage);
        CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    }
    CU_ASSERT(stage.requests == 10 && api_server_connections(stage.server) == 1);
    stage_close(&stage);
}

static void serve_and_hang_up(struct stage *stage, struct api_call *call)
{
    serve_fine(stage, call);
    api_cut(call);
}

static void a_connection_that_the_server_has_closed_is_replaced(void)
{
    struct stage stage;

    stage_open(&stage, serve_and_hang_up);
    for (int i = 0; i < 10; i++) {
        stage.ended = 0;
        get_one(&stage);
        CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
        CU_ASSERT(stage.answer.status == 200);
    }
    CU_ASSERT(stage.requests == 10);
    stage_close(&stage);
}

static void serve_busy(struct stage *stage, struct api_call *call)
{
    (void)stage;
    api_answer(call, 429, "Retry-After: 7\r\n", "{\"kind\":\"Status\"}");
}

static void the_server_s_wish_to_wait_is_kept(void)
{
    struct stage stage;

    stage_open(&stage, serve_busy);
    get_one(&stage);
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CU_ASSERT(stage.answer.status == 429 && stage.answer.retry_after == CLOCK_SECONDS(7));
    stage_close(&stage);
}

static void serve_forever_to_wait(struct stage *stage, struct api_call *call)
{
    (void)stage;
    api_answer(call, 503, "Retry-After: 99999999\r\n", "");
}

static void no_server_makes_us_wait_for_ever(void)
{
    struct stage stage;

    stage_open(&stage, serve_forever_to_wait);
    get_one(&stage);
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CU_ASSERT(stage.answer.retry_after == CLOCK_SECONDS(120));
    stage_close(&stage);
}

static void serve_stream(struct stage *stage, struct api_call *call)
{
    (void)stage;
    api_stream(call);
    api_push(call, "first\n");
    api_push(call, "second\n");
    api_end(call);
}

static void a_stream_is_handed_on_and_ends(void)
{
    struct stage stage;

    stage_open(&stage, serve_stream);
    watch_all(&stage);
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CHECK_TEXT(text_string(&stage.bytes), "first\nsecond\n");
    CU_ASSERT(stage.answer.status == 200 && !stage.body.size);
    stage_close(&stage);
}

static void a_stream_that_is_refused_has_a_body(void)
{
    struct stage stage;

    stage_open(&stage, serve_busy);
    watch_all(&stage);
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CU_ASSERT(stage.answer.status == 429 && !stage.bytes.size);
    CHECK_TEXT(text_string(&stage.body), "{\"kind\":\"Status\"}");
    stage_close(&stage);
}

static void serve_large(struct stage *stage, struct api_call *call)
{
    CLEAN(text) struct text body = {0};

    (void)stage;
    while (body.size < 100000)
        text_add(&body, "0123456789");
    api_answer(call, 200, "", body.data);
}

static void serve_large_headers(struct stage *stage, struct api_call *call)
{
    CLEAN(text) struct text headers = {0};

    (void)stage;
    while (headers.size < 70000)
        text_add(&headers, "X-Header: 0123456789\r\n");
    api_answer(call, 200, headers.data, "");
}

static void an_answer_over_its_limit_is_cut_off(void)
{
    void (*const serves[])(struct stage *, struct api_call *) = {serve_large, serve_large_headers};

    for (int i = 0; i < 2; i++) {
        struct stage stage;
        CLEAN(request) struct request request = {0};

        stage_open(&stage, serves[i]);
        request_get(&request, &one);
        request.limit = 99999;
        stage_start(&stage, &request);
        CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
        CU_ASSERT(answer_classify(&stage.answer, NULL) == ANSWER_TOO_LARGE);
        stage_close(&stage);
    }
}

/* Answers that are none. */

static void serve_cut(struct stage *stage, struct api_call *call)
{
    static const char part[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"kind\"";

    (void)stage;
    api_raw(call, part, sizeof part - 1);
    api_cut(call);
}

static void serve_nothing(struct stage *stage, struct api_call *call)
{
    (void)stage;
    api_cut(call);
}

static void serve_garbage(struct stage *stage, struct api_call *call)
{
    (void)stage;
    api_raw(call, "\x16\x03\x01 garbage\r\n\r\n", 15);
    api_cut(call);
}

static void serve_torn_stream(struct stage *stage, struct api_call *call)
{
    (void)stage;
    api_stream(call);
    api_push(call, "first\n");
    api_cut(call);
}

static void serve_silence(struct stage *stage, struct api_call *call)
{
    (void)stage;
    (void)call;
}

static void what_does_not_come_whole_is_lost(void)
{
    static const struct {
        void (*serve)(struct stage *stage, struct api_call *call);
        bool stream;
    } rows[] = {{serve_cut, false},
                {serve_nothing, false},
                {serve_garbage, false},
                {serve_silence, false},
                {serve_torn_stream, true},
                {serve_nothing, true},
                {serve_garbage, true}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage stage;
        CLEAN(request) struct request request = {0};

        stage_open(&stage, rows[i].serve);
        request_get(&request, &one);
        request.timeout = rows[i].serve == serve_silence ? CLOCK_MS(50) : request.timeout;
        request.lane = rows[i].stream ? REQUEST_STREAM : REQUEST_READ;
        stage_start(&stage, &request);
        CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
        CU_ASSERT(stage.ended == 1);
        CU_ASSERT(answer_classify(&stage.answer, NULL) == ANSWER_LOST);
        CU_ASSERT(stage.answer.reason[0] != '\0');
        stage_close(&stage);
    }
}

static void a_server_that_is_away_is_told(void)
{
    struct stage stage;

    stage_open(&stage, serve_fine);
    api_server_away(stage.server);
    get_one(&stage);
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CU_ASSERT(stage.answer.status == 0);
    CHECK_HAS(stage.answer.reason, "connect");
    stage_close(&stage);
}

/* Dropping. */

static void serve_end_other(struct stage *stage, struct api_call *call)
{
    if (stage->requests == 1)
        api_stream(call);
    else
        api_answer(call, 200, "", "{}");
}

static void a_dropped_transfer_says_nothing_more(void)
{
    struct stage stage;

    stage_open(&stage, serve_end_other);
    watch_all(&stage);
    transport_drop(stage.transfer); /* before it began */
    watch_all(&stage);
    get_one(&stage); /* ends after the watch has begun */
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CU_ASSERT(stage.ended == 1 && stage.requests == 2);
    stage_close(&stage); /* drops the other */
}

static void drop_from_bytes(void *context, const char *bytes, size_t size)
{
    struct stage *stage = context;

    (void)bytes;
    (void)size;
    transport_drop(stage->transfer);
    get_one(stage);
}

static void a_transfer_can_be_dropped_and_begun_from_its_callback(void)
{
    static const struct transfer_events dropping = {drop_from_bytes, ended_came};
    struct stage stage;
    CLEAN(request) struct request request = {0};

    stage_open(&stage, serve_stream);
    request_watch(
        &request, &(struct request_place){.resource = &pods}, &(struct request_selection){0});
    stage.transfer = transport_start(stage.transport, &request, NULL, &dropping, &stage);
    stage.serve = serve_stream;
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CU_ASSERT(stage.ended == 1 && stage.requests == 2);
    CHECK_TEXT(text_string(&stage.body), "first\nsecond\n");
    stage_close(&stage);
}

/* Faults. */

static void a_failing_call_of_ours_loses_the_answer_and_nothing_else(void)
{
    for (int k = 1, fired = 1; fired; k++) {
        struct stage stage;

        stage_open(&stage, serve_fine);
        get_one(&stage);
        fault_arm(FAULT_TRIES, k);
        loop_run(&stage.loop, NULL);
        fired = fault_disarm();
        CU_ASSERT(stage.ended == 1);
        CU_ASSERT(answer_classify(&stage.answer, NULL) == (fired ? ANSWER_LOST : ANSWER_DONE));
        stage_close(&stage);
    }
}

static void a_descriptor_that_cannot_be_watched_loses_its_transfer(void)
{
    struct stage stage;

    stage_open(&stage, serve_fine);
    get_one(&stage);
    fault_arm(FAULT_SYSTEM, 1); /* of our own calls the first is to watch the new socket */
    CU_ASSERT(loop_run(&stage.loop, NULL) == 0);
    CU_ASSERT(fault_disarm() == 1);
    CU_ASSERT(stage.ended == 1 && stage.requests == 0);
    CHECK_TEXT(stage.answer.reason, "cannot watch a descriptor");
    stage_close(&stage);
}

static void nothing_is_left_open(void)
{
    int before = check_descriptors();

    a_request_goes_out_whole_and_its_answer_comes();
    a_transfer_can_be_dropped_and_begun_from_its_callback();
    CU_ASSERT(check_descriptors() == before);
}

SUITE("kube transport",
      {"a request goes out whole and its answer comes",
       a_request_goes_out_whole_and_its_answer_comes},
      {"each method is sent as such", each_method_is_sent_as_such},
      {"a connection is used again", a_connection_is_used_again},
      {"a connection that the server has closed is replaced",
       a_connection_that_the_server_has_closed_is_replaced},
      {"the server's wish to wait is kept", the_server_s_wish_to_wait_is_kept},
      {"no server makes us wait for ever", no_server_makes_us_wait_for_ever},
      {"a stream is handed on and ends", a_stream_is_handed_on_and_ends},
      {"a stream that is refused has a body", a_stream_that_is_refused_has_a_body},
      {"an answer over its limit is cut off", an_answer_over_its_limit_is_cut_off},
      {"what does not come whole is lost", what_does_not_come_whole_is_lost},
      {"a server that is away is told", a_server_that_is_away_is_told},
      {"a dropped transfer says nothing more", a_dropped_transfer_says_nothing_more},
      {"a transfer can be dropped and begun from its callback",
       a_transfer_can_be_dropped_and_begun_from_its_callback},
      {"a failing call of ours loses the answer and nothing else",
       a_failing_call_of_ours_loses_the_answer_and_nothing_else},
      {"a descriptor that cannot be watched loses its transfer",
       a_descriptor_that_cannot_be_watched_loses_its_transfer},
      {"nothing is left open", nothing_is_left_open})
