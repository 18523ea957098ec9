/* What a user meets: help, bad input, resuming, stopping. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "play.h"
#include "support/check.h"

/* A fresh directory with data and job. */
static const char *fresh(int epochs)
{
    const char *directory = check_directory();

    play_data(directory, 3000, 500);
    play_job(directory, epochs);
    return directory;
}

static void expect(const char *directory, int code, const char *said, const char *set)
{
    struct play play;

    play_run(&play, directory, "muster", "run", "job.yaml", "--set", set, NULL);
    CU_ASSERT(play.code == code);
    CU_ASSERT(play_said(&play, said));
    CU_ASSERT(play.seconds < 20);
    play_done(&play);
}

static void bad_manifests_are_refused_before_anything_starts(void)
{
    const char *directory = fresh(1);
    CLEAN(text) struct text state = {0};

    expect(directory, 2, "spec.replicas", "spec.replicas=3");
    expect(directory,
           2,
           "spec.training.model.layers[0].units",
           "spec.training.model.layers[0].units=x");
    expect(directory, 2, "spec.repicas", "spec.repicas=4");
    expect(directory, 2, "spec.training.batch.micro", "spec.training.batch.micro=24");
    text_addf(&state, "%s/.muster", directory);
    CU_ASSERT(access(state.data, F_OK) != 0);
}

static void wrong_flags_show_the_usage_and_exit_with_2(void)
{
    struct play play;

    play_run(&play, "/tmp", "muster", "run", "--nonsense", NULL);
    CU_ASSERT(play.code == 2 && play_said(&play, "usage: muster run"));
    play_done(&play);
    play_run(&play, "/tmp", "muster", "run", NULL);
    CU_ASSERT(play.code == 2 && play_said(&play, "missing operand"));
    play_done(&play);
    play_run(&play, "/tmp", "muster", "walk", NULL);
    CU_ASSERT(play.code == 2 && play_said(&play, "unknown verb 'walk'"));
    play_done(&play);
    play_run(&play, "/tmp", "muster-agent", "--slot", "x", "--", "true", NULL);
    CU_ASSERT(play.code == 2 && play_said(&play, "usage: muster-agent"));
    play_done(&play);
    play_run(&play, "/tmp", "muster-trainer", "fit", "--nonsense", NULL);
    CU_ASSERT(play.code == 2 && play_said(&play, "usage: muster-trainer"));
    play_done(&play);
}

static void damage(const char *directory, const char *name, off_t at, size_t cut)
{
    CLEAN(text) struct text path = {0};
    CLEAN_FD int descriptor = -1;
    unsigned char byte = 0;

    text_addf(&path, "%s/%s", directory, name);
    descriptor = open(path.data, O_RDWR | O_CLOEXEC);
    CU_ASSERT_FATAL(descriptor >= 0);
    if (cut) {
        CU_ASSERT(ftruncate(descriptor, (off_t)cut) == 0);
        return;
    }
    CU_ASSERT(pread(descriptor, &byte, 1, at) == 1);
    byte ^= 0x10;
    CU_ASSERT(pwrite(descriptor, &byte, 1, at) == 1);
}

static void bad_data_fails_in_seconds_with_reason_and_path(void)
{
    const char *directory = fresh(1);

    damage(directory, "data/train-images-idx3-ubyte", 2, 0);
    expect(directory, 1, "data/train-images-idx3-ubyte", "spec.replicas=4");
    expect(directory, 1, "nowhere/train", "spec.training.data.train=nowhere/train");
    damage(directory, "data/validation-labels-idx1-ubyte", 0, 100);
    expect(directory,
           1,
           "data/validation-labels-idx1-ubyte",
           "spec.training.data.train=data/validation");
}

static void a_second_run_resumes(void)
{
    const char *directory = fresh(2);
    struct play play;

    play_run(&play, directory, "muster", "run", "job.yaml", NULL);
    CU_ASSERT(play.code == 0);
    play_done(&play);
    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             "spec.training.epochs=4",
             "--result",
             "result.json",
             NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_number(directory, "attempt") == 2);
    CU_ASSERT(play_number(directory, "epochs") == 4);
    play_done(&play);
}

static void stopped_and_resumed_ends_in_the_same_bits_as_straight(void)
{
    const char *directory = fresh(240); /* some seconds: a request to stop waits for a report */
    const char *const words[] = {"run", "job.yaml", "--result", "result.json", NULL};
    struct play play;
    uint64_t straight;
    int process;

    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             "spec.checkpoint.directory=straight",
             "--result",
             "result.json",
             NULL);
    CU_ASSERT(play.code == 0);
    straight = play_weights(directory);
    play_done(&play);
    process = play_start(&play, directory, "muster", words);
    play_until(directory, "validation accuracy");
    kill(process, SIGINT);
    play_wait(&play, process);
    CU_ASSERT(play.code == 130);
    CU_ASSERT(play_number(directory, "steps") > 0);
    play_run(&play, directory, "muster", "run", "job.yaml", "--result", "result.json", NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_weights(directory) == straight);
    play_done(&play);
}

/* The newest checkpoint's path, from the result. */
static void newest(const char *directory, char *out, size_t size)
{
    play_text(directory, "checkpoint", out, size);
    CU_ASSERT_FATAL(out[0] != '\0');
}

static void a_damaged_checkpoint_is_named_and_an_older_one_is_used(void)
{
    const char *directory = fresh(60);
    char checkpoint[256];
    char shard[512];
    struct play play;

    play_run(&play, directory, "muster", "run", "job.yaml", "--result", "result.json", NULL);
    CU_ASSERT(play.code == 0);
    play_done(&play);
    newest(directory, checkpoint, sizeof checkpoint);
    snprintf(shard, sizeof shard, "%s/rank-000.safetensors", checkpoint);
    damage(directory, shard, 5000, 0);
    play_run(&play, directory, "muster-trainer", "verify", "checkpoints", NULL);
    CU_ASSERT(play.code == 1 && play_said(&play, shard));
    play_done(&play);
    play_run(&play, directory, "muster", "run", "job.yaml", "--result", "result.json", NULL);
    CU_ASSERT(play.code == 0);
    play_done(&play);
    CU_ASSERT(play_number(directory, "epochs") == 60);
}

static void two_runs_of_one_job_at_once_are_refused(void)
{
    const char *directory = fresh(400);
    const char *const words[] = {"run", "job.yaml", NULL};
    struct play first;
    struct play second;
    int process = play_start(&first, directory, "muster", words);

    play_until(directory, "step ");
    play_run(&second, directory, "muster", "run", "job.yaml", NULL);
    CU_ASSERT(second.code == 1 && play_said(&second, "running already"));
    play_done(&second);
    kill(process, SIGINT);
    play_wait(&first, process);
    CU_ASSERT(first.code == 130);
}

static void all_agents_lost_at_once_is_a_new_attempt(void)
{
    const char *directory = fresh(80);
    struct play play;

    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--faults",
             "slot:0@1.2s,slot:1@1.2s,slot:2@1.2s,slot:3@1.2s",
             "--result",
             "result.json",
             NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_said(&play, "new attempt"));
    CU_ASSERT(play_number(directory, "attempt") == 2);
    play_done(&play);
}

SUITE("integration run",
      {"bad manifests are refused before anything starts",
       bad_manifests_are_refused_before_anything_starts},
      {"wrong flags show the usage and exit with 2", wrong_flags_show_the_usage_and_exit_with_2},
      {"bad data fails in seconds with reason and path",
       bad_data_fails_in_seconds_with_reason_and_path},
      {"a second run resumes", a_second_run_resumes},
      {"stopped and resumed ends in the same bits as straight",
       stopped_and_resumed_ends_in_the_same_bits_as_straight},
      {"a damaged checkpoint is named and an older one is used",
       a_damaged_checkpoint_is_named_and_an_older_one_is_used},
      {"two runs of one job at once are refused", two_runs_of_one_job_at_once_are_refused},
      {"all agents lost at once is a new attempt", all_agents_lost_at_once_is_a_new_attempt})
