/* The pods of a local job: shell scripts in the place of the agent are started, killed and started
 * again. */
#include "cli/local/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "support/check.h"

#define PATIENT CLOCK_SECONDS(30)
#define GUARD   30000 /* milliseconds */

/* Two slots whose agent is a script. */
struct scene {
    struct loop loop;
    struct timer guard;
    char directory[400];
    char agent[512];
    struct text command;
    struct slots_settings settings;
    struct slots *slots;
    int again;      /* start a slot again so many times */
    uint32_t alive; /* stop the loop when so many live */
    int ended;
    uint32_t ended_slot;
    int ended_status;
};

static void guard_fires(void *context)
{
    CU_FAIL("the loop waits for something that does not come");
    loop_stop(context);
}

static bool on_ended(void *context, uint32_t slot, int status)
{
    struct scene *scene = context;

    scene->ended++;
    scene->ended_slot = slot;
    scene->ended_status = status;
    if (scene->again) {
        scene->again--;
        return true;
    }
    if (slots_alive(scene->slots) == scene->alive)
        loop_stop(&scene->loop);
    return false;
}

static void scene_begin(struct scene *scene, uint32_t count, const char *script)
{
    *scene = (struct scene){.again = 0};
    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
    scene->guard = (struct timer){.call = guard_fires, .context = &scene->loop};
    snprintf(scene->directory, sizeof scene->directory, "%s", check_directory());
    snprintf(scene->agent, sizeof scene->agent, "%s/agent", scene->directory);
    CU_ASSERT_FATAL(file_write(scene->agent, script, strlen(script), NULL) == 0);
    CU_ASSERT_FATAL(chmod(scene->agent, 0755) == 0);
    text_word(&scene->command, "/bin/trainer");
    text_word(&scene->command, "fit");
    scene->settings = (struct slots_settings){.count = count,
                                              .ranks = 2,
                                              .job = "digits",
                                              .agent = scene->agent,
                                              .command = &scene->command,
                                              .secret_file = "/run/secret",
                                              .trust_file = "/run/trust",
                                              .directory = "127.0.0.1:77",
                                              .work = scene->directory,
                                              .logs = scene->directory,
                                              .log_level = "debug",
                                              .attempt = 4,
                                              .ended = on_ended,
                                              .context = scene};
}

static void scene_open(struct scene *scene)
{
    struct error error = {""};

    scene->slots = slots_open(&scene->loop, &scene->settings, &error);
    CHECK_TEXT(error.text, "");
    CU_ASSERT_FATAL(scene->slots != NULL);
}

static void scene_run(struct scene *scene)
{
    loop_timer(&scene->loop, &scene->guard, clock_now() + PATIENT);
    CU_ASSERT(loop_run(&scene->loop, NULL) == 0);
    loop_cancel(&scene->loop, &scene->guard);
}

static void scene_end(struct scene *scene)
{
    slots_close(scene->slots);
    text_done(&scene->command);
    loop_done(&scene->loop);
}

static void log_is(const struct scene *scene, uint32_t slot, const char *wanted)
{
    CLEAN(text) struct text found = {0};
    char path[512];

    snprintf(path, sizeof path, "%s/slot-%u.log", scene->directory, (unsigned)slot);
    CU_ASSERT(file_read(path, 1 << 16, &found, NULL) == 0);
    CHECK_TEXT(text_string(&found), wanted);
}

static void ended_with(const struct scene *scene, uint32_t slot, const char *wanted)
{
    CLEAN(text) struct text how = {0};

    process_status(scene->ended_status, &how);
    CU_ASSERT(scene->ended_slot == slot);
    CHECK_TEXT(text_string(&how), wanted);
}

static void every_slot_is_told_its_place(void)
{
    CLEAN(text) struct text wanted = {0};
    struct scene scene;

    scene_begin(&scene, 2, "#!/bin/sh\npwd -P >&2\nfor word; do echo $word; done\n");
    scene.settings.metrics_port = 9100;
    scene_open(&scene);
    scene_run(&scene);
    CU_ASSERT(scene.ended == 2 && slots_alive(scene.slots) == 0);
    text_addf(&wanted,
              "%s\n--job=digits\n--attempt=4\n--slot=1\n--ranks=2\n--directory=127.0.0.1:77\n"
              "--token-file=/run/secret\n--trust-file=/run/"
              "trust\n--listen=127.0.0.1:0\n--verdict=%s/verdict-1\n"
              "--log-level=debug\n--metrics=127.0.0.1:9101\n--\n/bin/trainer\nfit\n",
              scene.directory,
              scene.directory);
    log_is(&scene, 1, wanted.data);
    scene_end(&scene);
}

static void a_slot_is_started_again_as_often_as_asked(void)
{
    struct scene scene;

    scene_begin(&scene, 1, "#!/bin/sh\necho once more\nexit 3\n");
    scene.again = 2;
    scene_open(&scene);
    CU_ASSERT(slots_alive(scene.slots) == 1);
    scene_run(&scene);
    CU_ASSERT(scene.ended == 3);
    ended_with(&scene, 0, "exit code 3");
    log_is(&scene, 0, "once more\nonce more\nonce more\n");
    scene_end(&scene);
}

static void a_slot_that_is_held_is_started_again_only_then(void)
{
    int64_t until = clock_now() + CLOCK_MS(300);
    struct scene scene;

    scene_begin(&scene, 1, "#!/bin/sh\necho once more\n");
    scene.again = 1;
    scene_open(&scene);
    slots_hold(scene.slots, 0, until);
    slots_hold(scene.slots, 1, until); /* there is none */
    scene_run(&scene);
    CU_ASSERT(scene.ended == 2 && clock_now() >= until);
    log_is(&scene, 0, "once more\nonce more\n");
    scene_end(&scene);
}

static void a_slot_that_is_killed_ends_alone(void)
{
    struct scene scene;

    scene_begin(&scene, 2, "#!/bin/sh\nexec sleep 1000\n");
    scene_open(&scene);
    CU_ASSERT(slots_alive(scene.slots) == 2);
    CU_ASSERT(slots_signal(scene.slots, 2, SIGKILL) == 1);
    CU_ASSERT(slots_signal(scene.slots, 0, SIGKILL) == 0);
    scene.alive = 1;
    scene_run(&scene);
    CU_ASSERT(scene.ended == 1 && slots_alive(scene.slots) == 1);
    ended_with(&scene, 0, "signal 9 (Killed)");
    CU_ASSERT(slots_signal(scene.slots, 0, SIGKILL) == 1);
    CU_ASSERT(slots_signal_keeper(scene.slots, 0, SIGKILL) == 1);
    CU_ASSERT(slots_signal_keeper(scene.slots, 1, SIGKILL) == 0);
    scene.alive = 0;
    scene_run(&scene);
    CU_ASSERT(scene.ended == 2);
    scene_end(&scene);
}

/* The children are what a keeper's are: the agent proper and two ranks, told by their environment.
 * Each one's end is told by another exit code. */
#define KEEPER                                                                                     \
    "#!/bin/sh\n"                                                                                  \
    "MUSTER_KEEPER=9 sleep 1000 &\nagent=$!\n"                                                     \
    "MUSTER_LOCAL_RANK=10 sleep 1000 &\n"                                                          \
    "MUSTER_LOCAL_RANK=1 sleep 1000 &\nrank=$!\n"

/* Kills until the child is there to be killed. */
static void child_ends(const char *script, int agent, const char *wanted)
{
    struct scene scene;
    int missed = 1;

    scene_begin(&scene, 1, script);
    scene_open(&scene);
    for (int64_t due = clock_now() + PATIENT; missed && clock_now() < due;) {
        missed = agent ? slots_signal_agent(scene.slots, 0, SIGKILL)
                       : slots_signal_rank(scene.slots, 0, 1, SIGKILL);
        clock_sleep(CLOCK_MS(1));
    }
    CU_ASSERT_FATAL(!missed);
    CU_ASSERT(slots_signal_rank(scene.slots, 0, 0, SIGKILL) == 1);
    CU_ASSERT(slots_signal_rank(scene.slots, 1, 1, SIGKILL) == 1);
    CU_ASSERT(slots_signal_agent(scene.slots, 1, SIGKILL) == 1);
    scene_run(&scene);
    ended_with(&scene, 0, wanted);
    CU_ASSERT(slots_signal_agent(scene.slots, 0, SIGKILL) == 1);
    scene_end(&scene);
}

static void a_rank_or_the_agent_is_killed_alone(void)
{
    child_ends(KEEPER "wait $rank\nexit 5\n", 0, "exit code 5");
    child_ends(KEEPER "wait $agent\nexit 6\n", 1, "exit code 6");
}

/* Whether nobody has the other end of the pipe open any more. */
static bool let_go(int end)
{
    struct pollfd wait = {.fd = end};

    return poll(&wait, 1, GUARD) == 1 && wait.revents & POLLHUP;
}

static void what_a_keeper_leaves_behind_is_killed(void)
{
    struct scene scene;
    char path[512];
    int end;

    scene_begin(&scene, 1, "#!/bin/sh\nexec 3>pipe\nsleep 1000 &\nexit 0\n");
    snprintf(path, sizeof path, "%s/pipe", scene.directory);
    CU_ASSERT_FATAL(mkfifo(path, 0600) == 0);
    end = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CU_ASSERT_FATAL(end >= 0);
    scene_open(&scene);
    scene_run(&scene);
    ended_with(&scene, 0, "exit code 0");
    CU_ASSERT(let_go(end));
    close(end);
    scene_end(&scene);
}

/* Children that lead a process group of their own, as foreign ranks do, and theirs. */
static void a_slot_is_killed_with_the_groups_of_its_children(void)
{
    struct scene scene;
    char path[512];
    int end;

    scene_begin(&scene, 1, "#!/bin/sh\nset -m\nexec 3>pipe\n(sleep 1000; :) &\necho >&3\nwait\n");
    snprintf(path, sizeof path, "%s/pipe", scene.directory);
    CU_ASSERT_FATAL(mkfifo(path, 0600) == 0);
    end = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CU_ASSERT_FATAL(end >= 0);
    scene_open(&scene);
    CU_ASSERT(poll(&(struct pollfd){.fd = end, .events = POLLIN}, 1, GUARD) == 1);
    CU_ASSERT(slots_signal(scene.slots, 0, SIGKILL) == 0);
    scene_run(&scene);
    CU_ASSERT(let_go(end));
    close(end);
    scene_end(&scene);
}

static void nothing_lives_after_the_close(void)
{
    int descriptors = check_descriptors();
    struct scene scene;
    char path[512];
    int end;

    scene_begin(&scene, 2, "#!/bin/sh\nexec 3>pipe\necho >&3\nsleep 1000\n");
    snprintf(path, sizeof path, "%s/pipe", scene.directory);
    CU_ASSERT_FATAL(mkfifo(path, 0600) == 0);
    end = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CU_ASSERT_FATAL(end >= 0);
    scene_open(&scene);
    CU_ASSERT(poll(&(struct pollfd){.fd = end, .events = POLLIN}, 1, GUARD) == 1);
    scene_end(&scene);
    CU_ASSERT(let_go(end));
    CU_ASSERT(scene.ended == 0);
    CU_ASSERT(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    close(end);
    CU_ASSERT(check_descriptors() == descriptors);
}

static void what_cannot_be_started_is_named(void)
{
    struct scene scene;
    struct error error = {""};

    scene_begin(&scene, 2, "#!/bin/sh\n");
    scene.settings.agent = "/no/such/agent";
    CU_ASSERT(slots_open(&scene.loop, &scene.settings, &error) == NULL);
    CHECK_HAS(error.text, "/no/such/agent");
    scene.settings.logs = "/no/such/logs";
    CU_ASSERT(slots_open(&scene.loop, &scene.settings, &error) == NULL);
    CHECK_HAS(error.text, "cannot open /no/such/logs/slot-0.log");
    CU_ASSERT(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    scene_end(&scene);
}

SUITE("cli slots",
      {"every slot is told its place", every_slot_is_told_its_place},
      {"a slot is started again as often as asked", a_slot_is_started_again_as_often_as_asked},
      {"a slot that is held is started again only then",
       a_slot_that_is_held_is_started_again_only_then},
      {"a slot that is killed ends alone", a_slot_that_is_killed_ends_alone},
      {"a rank or the agent is killed alone", a_rank_or_the_agent_is_killed_alone},
      {"what a keeper leaves behind is killed", what_a_keeper_leaves_behind_is_killed},
      {"a slot is killed with the groups of its children",
       a_slot_is_killed_with_the_groups_of_its_children},
      {"nothing lives after the close", nothing_lives_after_the_close},
      {"what cannot be started is named", what_cannot_be_started_is_named})
