/* Failing calls and killed writers: what was committed stays loadable, and the rest is cleared
 * away. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "sample.h"
#include "support/check.h"
#include "support/fault.h"

/* How many unfinished checkpoints there are. */
static int leftovers(const char *directory)
{
    DIR *opened = opendir(directory);
    const struct dirent *entry;
    int count = 0;

    if (!opened)
        return -1;
    while ((entry = readdir(opened)))
        count += strstr(entry->d_name, ".tmp") != NULL;
    closedir(opened);
    return count;
}

static int save(const char *directory, int64_t step, struct error *error)
{
    struct checkpoint_store store = {directory, 2};
    struct sample sample;

    sample_init(&sample, step, 1, 1);
    return checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, error);
}

/* An empty store below `base`. */
static void store_make(struct text *path, const char *base)
{
    text_clear(path);
    text_addf(path, "%s/store", base);
    CU_ASSERT(file_remove_tree(path->data, NULL) == 0);
    CU_ASSERT(file_make_directories(path->data, NULL) == 0);
}

/* A single fault is either seen or does no harm; in the first case the tidying up works. */
static int save_with_fault(const char *directory, int64_t before, int k)
{
    struct error error = {""};
    int64_t found;
    int outcome;
    int fired;

    sample_save(directory, before, 1, 1);
    fault_arm(FAULT_OUTCOMES, k);
    outcome = save(directory, 2, &error);
    fired = fault_disarm();
    found = sample_newest(directory, NULL);
    CU_ASSERT(outcome == (error.text[0] ? -1 : 0) && (fired || outcome == 0));
    CU_ASSERT(found == 2 || (outcome == -1 && found == before));
    CU_ASSERT(leftovers(directory) == 0 || (fired && outcome == 0));
    CU_ASSERT(save(directory, 3, NULL) == 0 && leftovers(directory) == 0);
    return fired;
}

static void every_failing_call_of_saving_leaves_what_was_there(void)
{
    CLEAN(text) struct text path = {0};
    const char *base = check_directory();
    int descriptors = check_descriptors();

    for (int before = 1; before <= 2; before++) {
        int fired = 1;

        for (int k = 1; fired; k++) {
            store_make(&path, base);
            fired = save_with_fault(path.data, before, k);
        }
    }
    CU_ASSERT(check_descriptors() == descriptors);
}

/* Loads with one call failing. Returns whether it did. */
static int load_with_fault(const char *directory, int k)
{
    struct checkpoint *checkpoint = NULL;
    struct error error = {""};
    struct sample found;
    struct sample wanted;
    int outcome;
    int fired;

    sample_empty(&found);
    fault_arm(FAULT_OUTCOMES, k);
    outcome = checkpoint_newest(directory, NULL, &checkpoint, &error);
    if (!outcome)
        outcome = checkpoint_load(checkpoint, found.tensors, SAMPLE_TENSORS, &error);
    fired = fault_disarm();
    CU_ASSERT(outcome <= 0 && (fired || !outcome) && (!outcome || error.text[0]));
    if (!outcome) {
        sample_init(&wanted, checkpoint_facts(checkpoint)->id.step, 1, 1);
        CU_ASSERT(sample_facts_equal(&wanted, checkpoint));
        CU_ASSERT(sample_values_equal(&wanted, &found));
    }
    checkpoint_free(checkpoint);
    return fired;
}

static void every_failing_call_of_loading_is_seen_or_harmless(void)
{
    const char *directory = check_directory();
    int descriptors = check_descriptors();
    int fired = 1;

    sample_save(directory, 1, 1, 1);
    sample_save(directory, 2, 1, 1);
    for (int k = 1; fired; k++)
        fired = load_with_fault(directory, k);
    CU_ASSERT(check_descriptors() == descriptors);
}

/* After a kill: something sound of step `least` or later is there, and the next save clears up. */
static void check_after_kill(const char *directory, int64_t least, int64_t most)
{
    int64_t found = sample_newest(directory, NULL);

    CU_ASSERT(found >= least && found <= most);
    CU_ASSERT(save(directory, most + 1, NULL) == 0 && leftovers(directory) == 0);
    CU_ASSERT(sample_newest(directory, NULL) == most + 1);
}

/* Returns 0 when the child came to its end. */
static int save_and_die(const char *directory, int k)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        fault_arm_exit(FAULT_SYSTEM, k);
        _exit(save(directory, 2, NULL) ? 1 : 0);
    }
    CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    CU_ASSERT(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FAULT_EXIT);
    return WEXITSTATUS(status);
}

static void a_writer_that_ends_at_any_call_leaves_a_sound_one(void)
{
    CLEAN(text) struct text path = {0};
    const char *base = check_directory();

    for (int before = 1; before <= 2; before++) {
        int status = 1;

        for (int k = 1; status; k++) {
            store_make(&path, base);
            sample_save(path.data, before, 1, 1);
            status = save_and_die(path.data, k);
            check_after_kill(path.data, before, 2);
        }
    }
}

/* Saves one step after the other and tells each that is durable, until it is killed. */
static void save_for_ever(const char *directory, int tell)
{
    for (int64_t step = 2;; step++) {
        if (save(directory, step, NULL) || write(tell, &step, sizeof step) != sizeof step)
            _exit(1);
    }
}

static void kill_after(const char *directory, int64_t nanoseconds)
{
    int64_t step = 1;
    int64_t durable = 1;
    int ends[2];
    pid_t child;

    if (pipe(ends))
        abort();
    child = fork();
    if (child == 0)
        save_for_ever(directory, ends[1]);
    clock_sleep(nanoseconds);
    CU_ASSERT(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
    close(ends[1]);
    while (read(ends[0], &step, sizeof step) == sizeof step)
        durable = step;
    close(ends[0]);
    check_after_kill(directory, durable, durable + 1);
}

static void a_writer_that_is_killed_at_any_time_leaves_a_sound_one(void)
{
    CLEAN(text) struct text path = {0};
    const char *base = check_directory();
    uint64_t random = check_seed();

    for (int i = 0; i < 50; i++) {
        store_make(&path, base);
        sample_save(path.data, 1, 1, 1);
        kill_after(path.data, (int64_t)random_below(&random, CLOCK_MS(20)));
    }
}

SUITE("trainer crash",
      {"every failing call of saving leaves what was there",
       every_failing_call_of_saving_leaves_what_was_there},
      {"every failing call of loading is seen or harmless",
       every_failing_call_of_loading_is_seen_or_harmless},
      {"a writer that ends at any call leaves a sound one",
       a_writer_that_ends_at_any_call_leaves_a_sound_one},
      {"a writer that is killed at any time leaves a sound one",
       a_writer_that_is_killed_at_any_time_leaves_a_sound_one})
