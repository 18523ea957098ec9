/* The informer against a server that follows a script: what the consumer is told, and what is asked
 * of the server meanwhile. */
#include "kube/informer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/object.h"
#include "scene.h"
#include "support/check.h"

/* How an answer ends. */
enum end {
    WHOLE, /* an answer with a length */
    END,   /* a stream that ends in order */
    CUT,   /* a stream that is cut off */
    HOLD   /* a stream that stays open */
};

/* One request and its answer. */
struct turn {
    const char *asked; /* stands in the target */
    enum end end;
    int status;
    const char *body;
};

struct play {
    struct scene scene;
    const struct turn *turns;
    struct informer *informer;
    struct text told;
    struct resource_version last; /* the play is over when this was seen */
    bool until_trouble;           /* or at the next trouble */
};

#define META(name, version)                                                                        \
    "\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version "\"}"
#define OBJECT(name, version) "{" META(name, version) "}"
#define LIST(version, items)                                                                       \
    "{\"metadata\":{\"resourceVersion\":\"" version "\"},\"items\":[" items "]}"
#define EVENT(type, name, version) "{\"type\":\"" type "\",\"object\":" OBJECT(name, version) "}\n"
#define BOOKMARK(version)                                                                          \
    "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"" version "\"}}}\n"
#define STATUS(code) "{\"kind\":\"Status\",\"code\":" code "}"
#define ERROR(code)  "{\"type\":\"ERROR\",\"object\":" STATUS(code) "}\n"

static void play_serve(struct scene *scene, struct api_call *call)
{
    struct play *play = (struct play *)scene; /* its first member */
    const struct turn *turn = &play->turns[scene->requests - 1];

    if (!turn->asked) {
        CU_FAIL("more is asked than the script has");
        loop_stop(&scene->loop);
        return;
    }
    CHECK_HAS(call->target, turn->asked);
    if (turn->end == WHOLE) {
        api_answer(call, turn->status, "", turn->body);
        return;
    }
    api_stream(call);
    if (*turn->body)
        api_push(call, turn->body);
    if (turn->end == END)
        api_end(call);
    if (turn->end == CUT)
        api_cut(call);
}

static void listing_told(void *context)
{
    text_add(&((struct play *)context)->told, "listing ");
}

static void object_told(void *context, const struct cJSON *object)
{
    text_addf(&((struct play *)context)->told, "+%s ", object_name(object));
}

static void deleted_told(void *context, const struct cJSON *object)
{
    text_addf(&((struct play *)context)->told, "-%s ", object_name(object));
}

static void listed_told(void *context)
{
    text_add(&((struct play *)context)->told, "listed ");
}

static void advanced_told(void *context, const struct resource_version *version)
{
    struct play *play = context;

    text_addf(&play->told, "@%s ", version->digits);
    CHECK_TEXT(informer_version(play->informer)->digits, version->digits);
    if (!resource_version_compare(version, &play->last))
        loop_stop(&play->scene.loop);
}

static void trouble_told(void *context, const char *reason)
{
    struct play *play = context;

    text_addf(&play->told, "(%s) ", reason ? reason : "well");
    if (play->until_trouble)
        loop_stop(&play->scene.loop);
}

static const struct informer_events events = {
    .listing = listing_told,
    .object = object_told,
    .deleted = deleted_told,
    .listed = listed_told,
    .advanced = advanced_told,
    .trouble = trouble_told,
};

static const struct informer_source source = {
    .resource = {"", "v1", "pods"}, .space = "team", .labels = "muster.dev/job"};

static void play_open(struct play *play, const struct turn *turns)
{
    *play = (struct play){.turns = turns, .last = {"99"}};
    scene_open(&play->scene, play_serve, NULL);
    play->informer = informer_start(play->scene.client, &source, &events, play, check_seed());
    CU_ASSERT(!play->told.size);
}

static void play_close(struct play *play)
{
    informer_stop(play->informer);
    scene_close(&play->scene);
    text_done(&play->told);
}

/* Plays to version 99 and checks what the consumer was told. */
static void play_all(const struct turn *turns, const char *told)
{
    struct play play;
    int count = 0;

    while (turns[count].asked)
        count++;
    play_open(&play, turns);
    scene_run(&play.scene);
    CHECK_TEXT(text_string(&play.told), told);
    CU_ASSERT(play.scene.requests == count);
    play_close(&play);
}

#define PLAY(told, ...)                                                                            \
    static const struct turn turns[] = {__VA_ARGS__, {NULL, WHOLE, 0, NULL}};                      \
    play_all(turns, told)

#define FIRST                                                                                      \
    {"/namespaces/team/pods?labelSelector=muster.dev%2Fjob&limit=100",                             \
     WHOLE,                                                                                        \
     200,                                                                                          \
     LIST("10", OBJECT("a", "5"))}
#define FROM(rv)     "&resourceVersion=" rv "&timeoutSeconds="
#define AT_LEAST(rv) "&limit=100&resourceVersion=" rv "&resourceVersionMatch=NotOlderThan"
#define FIRST_TOLD   "listing +a listed @10 "
#define LAST(rv)     {FROM(rv), HOLD, 200, BOOKMARK("99")}

static void objects_are_listed_and_watched(void)
{
    PLAY(FIRST_TOLD "+b @11 +a @12 -b @13 @99 ",
         FIRST,
         {FROM("10"),
          HOLD,
          200,
          EVENT("ADDED", "b", "11") EVENT("MODIFIED", "a", "12") EVENT("DELETED", "b", "13")
              BOOKMARK("99")});
}

static void a_list_comes_in_pages(void)
{
    PLAY("listing +a +b listed @10 @99 ",
         {"limit=100",
          WHOLE,
          200,
          "{\"metadata\":{\"resourceVersion\":\"10\",\"continue\":\"t=\"},\"items\":[" OBJECT(
              "a", "5") "]}"},
         {"limit=100&continue=t%3D", WHOLE, 200, LIST("10", OBJECT("b", "6"))},
         LAST("10"));
}

static void a_page_that_is_gone_begins_the_list_anew(void)
{
    PLAY("listing +a listing +c listed @20 @99 ",
         {"limit=100",
          WHOLE,
          200,
          "{\"metadata\":{\"resourceVersion\":\"10\",\"continue\":\"t\"},\"items\":[" OBJECT(
              "a", "5") "]}"},
         {"continue=t", WHOLE, 410, STATUS("410")},
         {"limit=100", WHOLE, 200, LIST("20", OBJECT("c", "6"))},
         LAST("20"));
}

static void a_stream_that_is_cut_is_resumed(void)
{
    PLAY(FIRST_TOLD
         "+b @11 (no answer: transfer closed with outstanding read data remaining) @99 (well) ",
         FIRST,
         {FROM("10"), CUT, 200, EVENT("ADDED", "b", "11") "{\"type\":\"ADDED\",\"obj"},
         LAST("11"));
}

static void a_stream_that_ends_is_resumed_at_once(void)
{
    PLAY(FIRST_TOLD "@11 +b @12 @99 ",
         FIRST,
         {FROM("10"), END, 200, BOOKMARK("11")},
         {FROM("11"), END, 200, EVENT("ADDED", "b", "12")},
         LAST("12"));
}

static void a_busy_server_is_watched_again_without_a_list(void)
{
    PLAY(
        FIRST_TOLD "(429) @99 (well) ", FIRST, {FROM("10"), WHOLE, 429, STATUS("429")}, LAST("10"));
}

static void a_version_that_is_gone_is_listed(void)
{
    PLAY(FIRST_TOLD "+b @11 listing +c listed @30 listing listed @31 @99 ",
         FIRST,
         {FROM("10"), HOLD, 200, EVENT("ADDED", "b", "11") ERROR("410")},
         {AT_LEAST("11"), WHOLE, 200, LIST("30", OBJECT("c", "6"))},
         {FROM("30"), WHOLE, 410, STATUS("410")},
         {AT_LEAST("30"), WHOLE, 200, LIST("31", "")},
         LAST("31"));
}

static void an_error_of_the_server_is_told_and_tried_again(void)
{
    PLAY(FIRST_TOLD "(the server ended the watch: 500 : ) @99 (well) ",
         FIRST,
         {FROM("10"), HOLD, 200, ERROR("500") EVENT("ADDED", "never", "50")},
         LAST("10"));
}

static void garbage_is_told_once_and_tried_again(void)
{
    PLAY(FIRST_TOLD "(a line of a watch is not an event) @99 (well) ",
         FIRST,
         {FROM("10"), HOLD, 200, "garbage\n" EVENT("ADDED", "never", "50")},
         {FROM("10"), HOLD, 200, "\n{}\n"},
         LAST("10"));
}

static void a_list_that_is_none_is_told_and_tried_again(void)
{
    PLAY("listing (the answer to a LIST is not a list) listing +a listed @10 (well) @99 ",
         {"limit=100", WHOLE, 200, "{\"items\":7}"},
         FIRST,
         LAST("10"));
}

/* An event of more than 4 MiB. */
static void an_event_that_is_too_large_is_told_and_tried_again(void)
{
    CLEAN(text) struct text large = {0};
    struct turn turns[] = {
        FIRST, {FROM("10"), HOLD, 200, NULL}, LAST("10"), {NULL, WHOLE, 0, NULL}};

    while (large.size <= (size_t)4 << 20)
        text_add(&large, "0123456789012345678901234567890123456789");
    turns[1].body = large.data;
    play_all(turns, FIRST_TOLD "(an event of a watch is too large) @99 (well) ");
}

static void a_server_that_goes_away_and_comes_back_is_resumed(void)
{
    static const struct turn turns[] = {
        FIRST, {FROM("10"), HOLD, 200, BOOKMARK("11")}, LAST("11"), {NULL, WHOLE, 0, NULL}};
    struct play play;

    play_open(&play, turns);
    play.last = (struct resource_version){"11"};
    scene_run(&play.scene);
    api_server_away(play.scene.server);
    api_cut(play.scene.calls[1]);
    play.until_trouble = true;
    scene_run(&play.scene);
    CHECK_HAS(text_string(&play.told), "(no answer: ");
    play.until_trouble = false;
    api_server_back(play.scene.server);
    play.last = (struct resource_version){"99"};
    scene_run(&play.scene);
    CHECK_TEXT(strrchr(text_string(&play.told), ')') - 5, "(well) ");
    CU_ASSERT(play.scene.requests == 3);
    play_close(&play);
}

static void nothing_is_told_after_the_stop(void)
{
    static const struct turn turns[] = {FIRST, LAST("10"), {NULL, WHOLE, 0, NULL}};
    struct play play;
    int before = check_descriptors();

    play_open(&play, turns);
    play.last = (struct resource_version){"10"};
    scene_run(&play.scene);
    informer_stop(play.informer);
    play.informer = NULL;
    informer_stop(NULL);
    CHECK_TEXT(text_string(&play.told), FIRST_TOLD);
    play_close(&play);
    CU_ASSERT(check_descriptors() == before);
}

SUITE("kube informer",
      {"objects are listed and watched", objects_are_listed_and_watched},
      {"a list comes in pages", a_list_comes_in_pages},
      {"a page that is gone begins the list anew", a_page_that_is_gone_begins_the_list_anew},
      {"a stream that is cut is resumed", a_stream_that_is_cut_is_resumed},
      {"a stream that ends is resumed at once", a_stream_that_ends_is_resumed_at_once},
      {"a busy server is watched again without a list",
       a_busy_server_is_watched_again_without_a_list},
      {"a version that is gone is listed", a_version_that_is_gone_is_listed},
      {"an error of the server is told and tried again",
       an_error_of_the_server_is_told_and_tried_again},
      {"garbage is told once and tried again", garbage_is_told_once_and_tried_again},
      {"a list that is none is told and tried again", a_list_that_is_none_is_told_and_tried_again},
      {"an event that is too large is told and tried again",
       an_event_that_is_too_large_is_told_and_tried_again},
      {"a server that goes away and comes back is resumed",
       a_server_that_goes_away_and_comes_back_is_resumed},
      {"nothing is told after the stop", nothing_is_told_after_the_stop})
