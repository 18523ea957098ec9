/* scene - a job on machines of its own. */
#include "scene.h"

#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../integration/play.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "support/check.h"

#define EPOCHS   16
#define PATIENCE CLOCK_SECONDS(100) /* ranks wait for each other for 60 s */
#define LOOK     CLOCK_MS(20)
#define LIMIT    (1 << 20)
#define METRICS  9100
#define PACE     CLOCK_MS(1) /* of a packet: a step takes some milliseconds on any machine */

static const char *const words_of_part[] = {
    [SCENE_AGENT] = "MUSTER_KEEPER=", [SCENE_RANK] = "MUSTER_LOCAL_RANK="};

/* The beginning. */

static void straight(struct scene *scene)
{
    struct play play;

    play_data(scene->directory, 6000, 1000);
    play_job(scene->directory, EPOCHS);
    fabric_enter(&scene->fabric, SCENE_DIRECTORY);
    play_run(&play,
             scene->directory,
             "muster",
             "run",
             "job.yaml",
             "--set=spec.replicas=3",
             "--set=spec.training.batch.global=96",
             "--set=spec.checkpoint.directory=straight",
             "--result=result.json",
             NULL);
    fabric_leave(&scene->fabric);
    CU_ASSERT_FATAL(play.code == 0);
    scene->weights = play_weights(scene->directory);
    scene->steps = play_number(scene->directory, "steps");
    play_done(&play);
}

struct scene *scene_open(void)
{
    static struct scene scene;
    const char *bin = getenv("MUSTER_BIN");
    CLEAN_FREE char *agent = NULL;
    CLEAN(text) struct text path = {0};
    struct error error = {""};

    if (scene.directory)
        return &scene;
    text_addf(&path, "%s/muster-agent", bin ? bin : "build/release");
    agent = realpath(path.data, NULL);
    scene.directory = check_directory();
    scene.random = check_seed();
    setenv("NODES_AGENT", agent ? agent : "muster-agent", 1);
    setenv("NODES_DIRECTORY", scene.directory, 1);
    if (fabric_open(&scene.fabric, SCENE_SLOTS + 1, scene.directory, scene.random, &error)) {
        printf("%s\n", error.text);
        CU_FAIL_FATAL("there is no network");
    }
    straight(&scene);
    return &scene;
}

void scene_begin(struct scene *scene, const struct scene_job *job)
{
    CLEAN_FREE char *agent = realpath("tests/nodes/agent.sh", NULL);
    CLEAN(text) struct text words = {0};
    const char *list[24];
    struct play play;

    if (scene->process) { /* a test has failed */
        kill(scene->process, SIGKILL);
        scene_over(scene);
    }
    scene->runs++;
    scene->metrics = METRICS + scene->runs * SCENE_SLOTS;
    text_word(&words, "run");
    text_word(&words, "job.yaml");
    text_word(&words, "--agent=%s", agent);
    text_word(&words, "--listen=10.77.0.%d:0", SCENE_DIRECTORY + 1);
    text_word(&words, "--metrics-port=%d", scene->metrics);
    text_word(&words, "--result=result.json");
    text_word(&words, "--set=spec.replicas=%u", (unsigned)job->replicas);
    text_word(&words, "--set=spec.spares=%u", (unsigned)job->spares);
    text_word(&words, "--set=spec.training.batch.global=96");
    if (job->checkpoints)
        text_word(&words, "--set=spec.checkpoint.directory=%s", job->checkpoints);
    else
        text_word(&words, "--set=spec.checkpoint.directory=checkpoints-%d", scene->runs);
    list[text_words(&words, list, 23)] = NULL;
    scene->slots = job->replicas + job->spares;
    fabric_delay(&scene->fabric, FABRIC_EVERY, FABRIC_EVERY, job->pace ? job->pace : PACE);
    fabric_enter(&scene->fabric, SCENE_DIRECTORY);
    if (job->clocks)
        setenv("NODES_CLOCKS", "own", 1);
    scene->process = play_start(&play, scene->directory, "muster", list);
    unsetenv("NODES_CLOCKS");
    fabric_leave(&scene->fabric);
    scene_trains(scene, 20);
}

/* The number of the newest attempt. */
static int attempt_now(const struct scene *scene)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text number = {0};

    text_addf(&path, "%s/.muster/small/attempt", scene->directory);
    file_read(path.data, LIMIT, &number, NULL);
    return (int)strtol(text_string(&number), NULL, 10);
}

/* What a reader needs who sees that it failed. */
static void explain(const struct scene *scene)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text said = {0};

    text_addf(&path, "%s/stderr", scene->directory);
    file_read(path.data, LIMIT, &said, NULL);
    printf("\n%s", text_string(&said));
    for (uint32_t slot = 0; slot < scene->slots; slot++) {
        CLEAN(text) struct text log = {0};

        text_clear(&path);
        text_addf(&path,
                  "%s/.muster/small/attempt-%d/slot-%u.log",
                  scene->directory,
                  attempt_now(scene),
                  (unsigned)slot);
        file_read(path.data, LIMIT, &log, NULL);
        printf("--- slot %u\n%s", (unsigned)slot, text_string(&log));
    }
}

/* The end. */

/* Whether a process other than this one and the carrier lives. */
static bool somebody_lives(const struct scene *scene)
{
    DIR *processes = opendir("/proc");
    const struct dirent *entry;
    bool lives = false;

    while (processes && (entry = readdir(processes))) {
        CLEAN(text) struct text path = {0};
        CLEAN(text) struct text stat = {0};
        int64_t process;
        const char *name;

        if (text_integer(entry->d_name, 1, INT32_MAX, &process) || process == getpid() ||
            process == scene->fabric.carrier)
            continue;
        text_addf(&path, "/proc/%s/stat", entry->d_name);
        if (file_read(path.data, LIMIT, &stat, NULL))
            continue;
        name = strrchr(stat.data, ')'); /* what stands before it is the program's choice */
        lives |= name && !strchr("ZX", name[2]);
    }
    if (processes)
        closedir(processes);
    return lives;
}

int scene_code(struct scene *scene)
{
    struct play play = {0};

    play_wait(&play, scene->process);
    scene->process = 0;
    return play.code;
}

int scene_over(struct scene *scene)
{
    int64_t begun = clock_now();
    int code;

    fabric_heal(&scene->fabric);
    code = scene_code(scene);
    while (somebody_lives(scene) && clock_now() - begun < PATIENCE)
        clock_sleep(LOOK);
    CU_ASSERT(!somebody_lives(scene));
    return code;
}

void scene_end(struct scene *scene)
{
    int code = scene_over(scene);
    bool same = code == 0 && play_weights(scene->directory) == scene->weights &&
                play_number(scene->directory, "steps") == scene->steps;

    CU_ASSERT(same);
    if (!same)
        explain(scene);
    else
        printf("(%.1f s, %d repairs) ",
               play_number(scene->directory, "seconds"),
               play_repairs(scene->directory));
}

/* Looking. */

bool scene_said(const struct scene *scene, const char *text)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text said = {0};

    text_addf(&path, "%s/stderr", scene->directory);
    file_read(path.data, LIMIT, &said, NULL);
    return strstr(text_string(&said), text) != NULL;
}

void scene_until(const struct scene *scene, const char *text)
{
    int64_t begun = clock_now();

    while (clock_now() - begun < PATIENCE && !scene_said(scene, text))
        clock_sleep(LOOK);
    CU_ASSERT_FATAL(scene_said(scene, text));
}

/* Asks an agent on its own machine, so that the network between them does not matter. */
static int metrics_read(const struct scene *scene, uint32_t slot, struct text *answer)
{
    static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)(scene->metrics + (int)slot)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_usec = 300000}; /* it may stand still */
    CLEAN_FD int descriptor = -1;
    char chunk[4096];
    ssize_t got;

    fabric_enter(&scene->fabric, slot);
    descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    fabric_leave(&scene->fabric);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (descriptor < 0 || connect(descriptor, (const struct sockaddr *)&address, sizeof address) ||
        send(descriptor, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
        return 1;
    while ((got = recv(descriptor, chunk, sizeof chunk, 0)) > 0)
        text_add_bytes(answer, chunk, (size_t)got);
    return got < 0;
}

double scene_metric(const struct scene *scene, uint32_t slot, const char *name)
{
    CLEAN(text) struct text answer = {0};
    CLEAN(text) struct text line = {0};
    const char *found;

    text_addf(&line, "\n%s ", name);
    if (metrics_read(scene, slot, &answer))
        return NAN;
    found = strstr(text_string(&answer), line.data);
    return found ? strtod(found + line.size, NULL) : NAN;
}

/* The highest value of all agents that answer; -1 = none does. */
static double highest(const struct scene *scene, const char *name)
{
    double found = -1;

    for (uint32_t slot = 0; slot < scene->slots; slot++) {
        double value = scene_metric(scene, slot, name);

        found = value > found ? value : found;
    }
    return found;
}

double scene_step(const struct scene *scene)
{
    return highest(scene, "muster_step{local_rank=\"0\"}");
}

double scene_generation(const struct scene *scene)
{
    return highest(scene, "muster_generation");
}

static void until_above(const struct scene *scene,
                        double (*value)(const struct scene *),
                        double limit)
{
    int64_t begun = clock_now();
    double now;

    while ((now = value(scene)) <= limit && clock_now() - begun < PATIENCE)
        clock_sleep(LOOK);
    if (now <= limit)
        explain(scene);
    CU_ASSERT_FATAL(now > limit);
}

void scene_forms(const struct scene *scene, double generation)
{
    until_above(scene, scene_generation, generation);
}

void scene_trains(const struct scene *scene, int count)
{
    until_above(scene, scene_step, scene_step(scene) + count - 1);
}

void scene_reaches(const struct scene *scene, double step)
{
    until_above(scene, scene_step, step - 1);
}

static bool runs(const struct scene *scene, uint32_t slot)
{
    return scene_metric(scene, slot, "muster_agent_state{state=\"running\"}") > 0;
}

/* Whoever was cut off may think so too, of an older generation. */
static bool leads(const struct scene *scene, uint32_t slot)
{
    return runs(scene, slot) && scene_metric(scene, slot, "muster_agent_lead") > 0 &&
           scene_metric(scene, slot, "muster_generation") >= scene_generation(scene);
}

uint32_t scene_lead(const struct scene *scene)
{
    int64_t begun = clock_now();

    while (clock_now() - begun < PATIENCE) {
        for (uint32_t slot = 0; slot < scene->slots; slot++) {
            if (leads(scene, slot))
                return slot;
        }
        clock_sleep(LOOK);
    }
    CU_FAIL_FATAL("nobody leads");
    return 0;
}

uint32_t scene_member(const struct scene *scene, uint32_t besides)
{
    int64_t begun = clock_now();

    while (clock_now() - begun < PATIENCE) {
        uint32_t lead = scene_lead(scene);

        for (uint32_t slot = 0; slot < scene->slots; slot++) {
            if (slot != lead && slot != besides && runs(scene, slot))
                return slot;
        }
        clock_sleep(LOOK);
    }
    CU_FAIL_FATAL("nobody else trains");
    return 0;
}

/* Processes. */

/* Whether a list of words, as in /proc, has one that begins so. */
static bool has_word(pid_t process, const char *list, const char *word)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};

    text_addf(&path, "/proc/%ld/%s", (long)process, list);
    if (file_read(path.data, LIMIT, &content, NULL))
        return false;
    for (size_t at = 0; at < content.size; at += strlen(content.data + at) + 1) {
        if (!strncmp(content.data + at, word, strlen(word)))
            return true;
    }
    return false;
}

/* The child whose list has such a word; 0 = there is none. */
static pid_t child_find(pid_t parent, const char *list, const char *word)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text children = {0};
    char *rest = NULL;
    int64_t child;

    text_addf(&path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    if (file_read(path.data, LIMIT, &children, NULL) || !children.size)
        return 0;
    for (char *next = strtok_r(children.data, " ", &rest); next;
         next = strtok_r(NULL, " ", &rest)) {
        if (text_integer(next, 1, INT32_MAX, &child) == 0 && has_word((pid_t)child, list, word))
            return (pid_t)child;
    }
    return 0;
}

static pid_t keeper_find(const struct scene *scene, uint32_t slot)
{
    char word[32];

    snprintf(word, sizeof word, "--slot=%u", (unsigned)slot);
    return child_find(scene->process, "cmdline", word);
}

void scene_signal(const struct scene *scene, uint32_t slot, enum scene_part part, int signal)
{
    pid_t process = keeper_find(scene, slot);

    if (process && part != SCENE_KEEPER)
        process = child_find(process, "environ", words_of_part[part]);
    CU_ASSERT_FATAL(process > 0);
    CU_ASSERT(kill(process, signal) == 0);
}

void scene_signal_slot(const struct scene *scene, uint32_t slot, int signal)
{
    pid_t keeper = keeper_find(scene, slot);

    CU_ASSERT_FATAL(keeper > 0);
    CU_ASSERT(kill(-keeper, signal) == 0);
}

void scene_signal_all(const struct scene *scene, int signal)
{
    CU_ASSERT(kill(scene->process, signal) == 0);
    for (uint32_t slot = 0; slot < scene->slots; slot++)
        scene_signal_slot(scene, slot, signal);
}

double scene_uptime(const struct scene *scene, uint32_t slot)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text offsets = {0};
    const char *boot;

    text_addf(&path, "/proc/%ld/timens_offsets", (long)keeper_find(scene, slot));
    file_read(path.data, LIMIT, &offsets, NULL);
    boot = strstr(text_string(&offsets), "boottime");
    return boot ? strtod(boot + strlen("boottime"), NULL) : 0;
}
