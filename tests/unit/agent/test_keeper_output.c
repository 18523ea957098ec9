/* What ranks say, read by the keeper: what happens when the kernel refuses. */
#include "agent/keeper_output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/check.h"
#include "support/fault.h"

#define INDEX 1

struct scene {
    struct loop loop;
    struct keeper_output output;
    int kept; /* standard error as it was */
};

static void on_taken(void *context)
{
    (void)context;
}

static void scene_make(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    scene->output.taken = on_taken;
    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
    CU_ASSERT_FATAL(keeper_output_open(&scene->output, &scene->loop, INDEX + 1, NULL) == 0);
}

static void scene_end(struct scene *scene)
{
    keeper_output_close(&scene->output);
    loop_done(&scene->loop);
    dup2(scene->kept, STDERR_FILENO);
    close(scene->kept);
}

static void words_are(const struct scene *scene, const char *wanted)
{
    char words[100];

    keeper_output_words(&scene->output, INDEX, words, sizeof words);
    CHECK_TEXT(words, wanted);
}

static void own_close(const int own[KEEPER_OUTPUT_STREAMS])
{
    close(own[0]);
    close(own[1]);
}

/* A rank says two words and ends. */
static void rank_play(void *context)
{
    struct scene *scene = context;
    int own[KEEPER_OUTPUT_STREAMS];

    CU_ASSERT_FATAL(keeper_output_start(&scene->output, INDEX, 7, own, NULL) == 0);
    CU_ASSERT(write(own[0], "one\n", 4) == 4 && write(own[1], "two", 3) == 3);
    own_close(own);
    keeper_output_end(&scene->output, INDEX);
    CU_ASSERT(keeper_output_idle(&scene->output));
}

static void whole_play(void *context)
{
    struct scene *scene = context;

    scene_make(scene);
    rank_play(scene);
    words_are(scene, "one | two");
    keeper_output_say(&scene->output, INDEX, "KeyError");
    words_are(scene, "KeyError");
    rank_play(scene); /* what an earlier life said is forgotten */
    words_are(scene, "one | two");
    scene_end(scene);
}

static void what_is_left_in_the_pipes_is_taken_at_the_end(void)
{
    CLEAN_FREE struct scene *scene = memory_get(1, sizeof *scene);
    CLEAN(text) struct text out = {0};
    int before = check_descriptors();

    check_captured(STDOUT_FILENO, whole_play, scene, &out);
    CHECK_TEXT(text_string(&out), "[rank 7] one\n[rank 7] one\n");
    CU_ASSERT(check_descriptors() == before);
}

/* The call number `k` of a start fails: without a watch the streams are read when the rank has
 * ended; without a pipe it is not started, which is counted. Returns whether there was such a call.
 */
static bool start_fails(struct scene *scene, int k, int *failures)
{
    struct error error = {""};
    int own[KEEPER_OUTPUT_STREAMS];
    int before = check_descriptors();
    int outcome;

    fault_arm(FAULT_SYSTEM, k);
    outcome = keeper_output_start(&scene->output, INDEX, 7, own, &error);
    if (!fault_disarm()) {
        own_close(own);
        return false;
    }
    if (outcome) {
        ++*failures;
        CHECK_HAS(error.text, "cannot create a pipe");
    } else {
        CU_ASSERT(write(own[0], "said", 4) == 4);
        own_close(own);
    }
    keeper_output_end(&scene->output, INDEX);
    words_are(scene, outcome ? "" : "said");
    CU_ASSERT(check_descriptors() == before);
    return true;
}

static void a_failing_call_loses_nothing_that_was_said(void)
{
    CLEAN_FREE struct scene *scene = memory_get(1, sizeof *scene);
    int failures = 0;

    scene_make(scene);
    for (int k = 1; start_fails(scene, k, &failures); k++)
        continue;
    CU_ASSERT(failures == KEEPER_OUTPUT_STREAMS);
    scene_end(scene);
}

SUITE("agent keeper_output",
      {"what is left in the pipes is taken at the end",
       what_is_left_in_the_pipes_is_taken_at_the_end},
      {"a failing call loses nothing that was said", a_failing_call_loses_nothing_that_was_said})
