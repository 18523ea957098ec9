/* Trainers of others that speak the link: repaired while they run, they end with the same result.
 */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "play.h"
#include "support/check.h"
#include "wire/link.h"

#define LIMIT (1 << 20)
#define SLOTS 3

/* Three replicas of a command, which is given as a list in YAML. */
static const char *fresh(const char *command)
{
    const char *directory = check_directory();
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text job = {0};

    text_addf(&job,
              "apiVersion: muster.dev/v1alpha1\n"
              "kind: TrainingJob\n"
              "metadata: {name: own}\n"
              "spec:\n"
              "  replicas: %d\n"
              "  interface: Link\n"
              "  template:\n"
              "    spec:\n"
              "      containers:\n"
              "        - {name: trainer, image: none, command: %s}\n",
              SLOTS,
              command);
    text_addf(&path, "%s/job.yaml", directory);
    CU_ASSERT_FATAL(file_write(path.data, job.data, job.size, NULL) == 0);
    return directory;
}

/* The C trainer, by its absolute path. */
static const char *fresh_sum(const char *steps)
{
    CLEAN(text) struct text command = {0};
    const char *bin = getenv("MUSTER_BIN");
    CLEAN_FREE char *path = realpath(bin ? bin : "build/release", NULL);

    CU_ASSERT_FATAL(path != NULL);
    text_addf(&command, "[%s/kit/sum, \"%s\", \"5\"]", path, steps);
    return fresh(command.data);
}

/* The same trainer in Python. */
static const char *fresh_python(const char *steps)
{
    CLEAN(text) struct text command = {0};
    CLEAN_FREE char *top = realpath(".", NULL);

    CU_ASSERT_FATAL(top != NULL);
    text_addf(&command,
              "[env, PYTHONPATH=%s/python, python3, %s/examples/link/sum.py, \"%s\", \"5\"]",
              top,
              top,
              steps);
    return fresh(command.data);
}

/* How many processes of a slot have begun. */
static int begun(const char *directory, int slot)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text log = {0};
    int count = 0;

    text_addf(&path, "%s/.muster/own/attempt-1/slot-%d.log", directory, slot);
    CU_ASSERT_FATAL(file_read(path.data, LIMIT, &log, NULL) == 0);
    for (const char *at = log.data; (at = strstr(at, "] process ")); at++)
        count++;
    return count;
}

/* Runs the job with these faults and takes the state that it ends with. */
static void run(const char *directory, const char *faults, char state[64])
{
    struct play play;

    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--result",
             "result.json",
             faults ? "--faults" : NULL,
             faults,
             NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_number(directory, "steps") == 200);
    play_text(directory, "state", state, 64);
    play_done(&play);
}

/* The first life of every process is the only one, but where it was killed. */
static void repaired(const char *(*make)(const char *steps), char wanted[64])
{
    const char *straight = make("200");
    const char *broken = make("200");
    char found[64];

    run(straight, NULL, wanted);
    run(broken, "rank:1@step=50,slot:0@step=100", found);
    CU_ASSERT(strlen(wanted) == 16);
    CHECK_TEXT(found, wanted);
    CU_ASSERT(play_repairs(straight) == 0 && play_repairs(broken) == 2);
    CU_ASSERT(begun(broken, 0) == 2 && begun(broken, 1) == 2 && begun(broken, 2) == 1);
}

/* It does nothing but to say that its rank 1 computes for 13 ms where the others do for 10. */
static const char slow_trainer[] = "import time, muster\n"
                                   "link = muster.connect()\n"
                                   "while place := link.wait():\n"
                                   "    try:\n"
                                   "        link.ready(b'here')\n"
                                   "        link.go()\n"
                                   "        link.restored(0)\n"
                                   "        for step in range(1, 2001):\n"
                                   "            link.check()\n"
                                   "            link.begin(step)\n"
                                   "            time.sleep(0.01)\n"
                                   "            link.computed(0.013 if place.rank == 1 else 0.01)\n"
                                   "            link.commit(step, 1.0)\n"
                                   "        link.done({'steps': 2000})\n"
                                   "    except muster.Revoked:\n"
                                   "        pass\n";

/* The place is as fast as the others', so it is told a window later, and nothing is done. */
static void a_rank_that_stays_slow_is_told(void)
{
    CLEAN_FREE char *top = realpath(".", NULL);
    CLEAN(text) struct text command = {0};
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text result = {0};
    const char *directory;
    struct play play;

    CU_ASSERT_FATAL(top != NULL);
    text_addf(&command, "[env, PYTHONPATH=%s/python, python3, slow.py]", top);
    directory = fresh(command.data);
    text_addf(&path, "%s/slow.py", directory);
    CU_ASSERT_FATAL(file_write(path.data, slow_trainer, strlen(slow_trainer), NULL) == 0);
    play_run(&play, directory, "muster", "run", "job.yaml", "--result", "result.json", NULL);
    CU_ASSERT(play.code == 0 && play_repairs(directory) == 0);
    CU_ASSERT(play_said(&play, "RankSlow: rank 1 of slot 1: its own computing takes 1.30 times"));
    text_clear(&path);
    text_addf(&path, "%s/result.json", directory);
    CU_ASSERT_FATAL(file_read(path.data, LIMIT, &result, NULL) == 0);
    CHECK_HAS(result.data, "\"slowRanks\"");
    CHECK_HAS(result.data, "; fixed work takes ");
    play_done(&play);
}

static void a_trainer_in_c_is_repaired_while_it_runs(void)
{
    char state[64];

    repaired(fresh_sum, state);
}

static void a_trainer_in_python_is_repaired_and_ends_as_the_one_in_c(void)
{
    char state[64];
    char wanted[64];

    run(fresh_sum("200"), NULL, wanted);
    repaired(fresh_python, state);
    CHECK_TEXT(state, wanted);
}

/* All stop at the same step, which the result names. */
static void a_trainer_in_c_stops_on_request(void)
{
    static const char *const words[] = {"run", "job.yaml", "--result", "result.json", NULL};
    const char *directory = fresh_sum("100000");
    struct play play;
    int process = play_start(&play, directory, "muster", words);
    char outcome[64];

    play_until(directory, "step");
    kill(process, SIGINT);
    play_wait(&play, process);
    CU_ASSERT(play.code == 130);
    play_text(directory, "outcome", outcome, sizeof outcome);
    CHECK_TEXT(outcome, "Stopped");
    CU_ASSERT(play_number(directory, "steps") > 0 && play_number(directory, "steps") < 100000);
}

/* Runs a shell command and takes what it prints. Returns its exit status. */
static int shell(const char *command, struct text *out)
{
    FILE *stream = popen(command, "re");
    char line[512];

    CU_ASSERT_FATAL(stream != NULL);
    while (stream && fgets(line, sizeof line, stream))
        text_add(out, line);
    return stream ? pclose(stream) : -1;
}

#define PAGE(field)    text_addf(&out, #field " %zu\n", offsetof(struct link_page, field))
#define CONTROL(field) text_addf(&out, #field " %zu\n", offsetof(struct link_control, field))

/* What the Python module knows of the layout, printed by C. */
static struct text layout(void)
{
    struct text out = {0};

    PAGE(version);
    PAGE(phase);
    PAGE(generation);
    PAGE(begun);
    PAGE(committed);
    PAGE(total);
    PAGE(epoch);
    PAGE(samples);
    PAGE(loss);
    PAGE(accuracy);
    PAGE(sequence);
    PAGE(restored);
    PAGE(stepped);
    PAGE(saved);
    PAGE(validated);
    PAGE(computed);
    PAGE(work);
    text_addf(&out, "end %zu\n", sizeof(struct link_page));
    CONTROL(version);
    CONTROL(draining);
    CONTROL(revoked);
    text_addf(&out, "end %zu\n", sizeof(struct link_control));
    text_addf(&out,
              "%zu %d %d %d %d %d %d %d\n",
              sizeof(struct link_message),
              LINK_VERSION,
              LINK_PAGE,
              LINK_BLOB,
              LINK_RESULT,
              LINK_REASON,
              LINK_RANKS,
              LINK_MESSAGE);
    text_addf(&out, "%d %d %d\n", LINK_UNSAVED, LINK_LEAVE, LINK_PHASE_DONE);
    return out;
}

static void the_module_has_the_layout_of_the_link(void)
{
    static const char command[] =
        "PYTHONPATH=python python3 -c '\n"
        "import ctypes, muster as m\n"
        "for layout in m._Page, m._Control:\n"
        "    for name, _ in layout._fields_: print(name, getattr(layout, name).offset)\n"
        "    print(\"end\", ctypes.sizeof(layout))\n"
        "print(m._MESSAGE.size, m.VERSION, m.PAGE, m.BLOB, m.RESULT, m.REASON, m.RANKS, m._MOST)\n"
        "print(m._UNSAVED, m._LEAVE, m.DONE)'";
    CLEAN(text) struct text wanted = layout();
    CLEAN(text) struct text found = {0};

    CU_ASSERT(shell(command, &found) == 0);
    CHECK_TEXT(text_string(&found), text_string(&wanted));
}

static void the_tests_of_the_module_pass(void)
{
    CLEAN(text) struct text said = {0};

    if (shell("PYTHONPATH=python python3 -W error tests/python/test_muster.py 2>&1", &said))
        CHECK_TEXT(text_string(&said), "OK");
}

SUITE("integration link",
      {"a trainer in C is repaired while it runs", a_trainer_in_c_is_repaired_while_it_runs},
      {"a trainer in C stops on request", a_trainer_in_c_stops_on_request},
      {"a trainer in Python is repaired and ends as the one in C",
       a_trainer_in_python_is_repaired_and_ends_as_the_one_in_c},
      {"the module has the layout of the link", the_module_has_the_layout_of_the_link},
      {"the tests of the module pass", the_tests_of_the_module_pass},
      {"a rank that stays slow is told", a_rank_that_stays_slow_is_told})
