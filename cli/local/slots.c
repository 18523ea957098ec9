/* slots - the pods of a local job. */
#include "cli/local/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"

#define STEADY     CLOCK_SECONDS(2) /* a slot that lived so long did not fail at its start */
#define PAUSE      CLOCK_MS(100)    /* before starting one that did; doubled each time */
#define DOUBLINGS  6
#define PROC_LIMIT (1 << 20)

struct slot {
    struct slots *slots;
    uint32_t index;
    pid_t process; /* 0 = none */
    struct watch watch;
    struct timer timer;
    int64_t started;
    unsigned failures;
    int64_t held; /* not to be started before */
};

struct slots {
    struct loop *loop;
    struct slots_settings settings;
    struct slot *items;
};

static int log_open(const struct slots *slots, uint32_t index, struct error *error)
{
    CLEAN(text) struct text path = {0};
    int descriptor;

    text_addf(&path, "%s/slot-%u.log", slots->settings.logs, (unsigned)index);
    descriptor = open(path.data, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    return descriptor < 0 ? error_errno(error, "cannot open %s", path.data) : descriptor;
}

/* The keeper's command line: pointers to words that live in `words`, freed by the caller. */
static const char **arguments_make(const struct slot *slot, struct text *words)
{
    const struct slots_settings *settings = &slot->slots->settings;
    const char **arguments;
    size_t count;

    text_word(words, "%s", settings->agent);
    text_word(words, "--job=%s", settings->job);
    text_word(words, "--attempt=%u", (unsigned)settings->attempt);
    text_word(words, "--slot=%u", (unsigned)slot->index);
    text_word(words, "--ranks=%u", (unsigned)settings->ranks);
    text_word(words, "--directory=%s", settings->directory);
    text_word(words, "--token-file=%s", settings->secret_file);
    text_word(words, "--trust-file=%s", settings->trust_file);
    text_word(words, "--listen=127.0.0.1:0");
    text_word(words, "--verdict=%s/verdict-%u", settings->logs, (unsigned)slot->index);
    text_word(words, "--log-level=%s", settings->log_level);
    if (settings->metrics_port)
        text_word(
            words, "--metrics=127.0.0.1:%lld", (long long)settings->metrics_port + slot->index);
    if (settings->health_probe)
        text_word(words, "--health-probe=%s", settings->health_probe);
    text_word(words, "--");
    text_add_bytes(words, settings->command->data, settings->command->size);
    count = text_word_count(words);
    arguments = memory_get(count + 1, sizeof *arguments);
    text_words(words, arguments, count);
    return arguments;
}

static void slot_ended(void *context, uint32_t events);

static int slot_start(struct slot *slot, struct error *error)
{
    CLEAN(text) struct text words = {0};
    CLEAN_FD int log = log_open(slot->slots, slot->index, error);
    CLEAN_FREE const char **arguments = arguments_make(slot, &words);
    const struct process_descriptor descriptors[] = {{log, 1}, {log, 2}};
    const struct process_spec spec = {.arguments = arguments,
                                      .directory = slot->slots->settings.work,
                                      .descriptors = descriptors,
                                      .descriptor_count = 2,
                                      .own_group = true,
                                      .death_signal = SIGKILL};
    int pidfd;

    if (log < 0)
        return -1;
    if (process_start(&spec, &slot->process, &pidfd, error))
        return -1;
    slot->started = clock_now();
    slot->watch = (struct watch){.call = slot_ended, .context = slot};
    if (loop_add(slot->slots->loop, &slot->watch, pidfd, EPOLLIN, error)) {
        kill(-slot->process, SIGKILL);
        waitpid(slot->process, NULL, 0);
        slot->process = 0;
        close(pidfd);
        return -1;
    }
    return 0;
}

/* Starts a slot again; one that fails at its start waits longer each time. */
static void slot_again(void *context)
{
    struct slot *slot = context;
    struct error error;
    int64_t now = clock_now();

    if (slot_start(slot, &error))
        loop_timer(slot->slots->loop, &slot->timer, now + (PAUSE << DOUBLINGS));
}

/* Adds the children of a process, as a text of numbers. */
static void children_read(pid_t process, struct text *content)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "/proc/%ld/task/%ld/children", (long)process, (long)process);
    file_read(path.data, PROC_LIMIT, content, NULL);
}

static bool is_keeper(const struct slots *slots, pid_t process)
{
    for (uint32_t i = 0; i < slots->settings.count; i++) {
        if (slots->items[i].process == process)
            return true;
    }
    return false;
}

/* The children of a dead keeper are this program's: those with a process group of their own, as
 * foreign ranks have, end here with their group. */
static void orphans_end(const struct slots *slots)
{
    CLEAN(text) struct text children = {0};
    char *rest = NULL;
    int64_t child;
    pid_t group;

    children_read(getpid(), &children);
    for (char *next = children.size ? strtok_r(children.data, " ", &rest) : NULL; next;
         next = strtok_r(NULL, " ", &rest)) {
        if (text_integer(next, 1, INT32_MAX, &child) || is_keeper(slots, (pid_t)child))
            continue;
        group = getpgid((pid_t)child);
        if (group <= 1 || group == getpgrp())
            continue;
        kill(-group, SIGKILL);
        waitpid((pid_t)child, NULL, 0);
    }
}

static int slot_reap(struct slot *slot)
{
    int status = 0;

    kill(-slot->process, SIGKILL); /* whatever the keeper has left behind */
    while (waitpid(slot->process, &status, 0) < 0 && errno == EINTR)
        ;
    loop_remove(slot->slots->loop, &slot->watch);
    close(slot->watch.descriptor);
    slot->process = 0;
    orphans_end(slot->slots);
    return status;
}

static void slot_ended(void *context, uint32_t events)
{
    struct slot *slot = context;
    struct slots *slots = slot->slots;
    int64_t now = clock_now();
    int64_t due = slot->held > now ? slot->held : now;
    int status = slot_reap(slot);

    (void)events;
    if (!slots->settings.ended(slots->settings.context, slot->index, status))
        return;
    if (now - slot->started > STEADY)
        slot->failures = 0;
    if (slot->failures)
        due += PAUSE << (slot->failures - 1);
    loop_timer(slots->loop, &slot->timer, due);
    if (slot->failures <= DOUBLINGS)
        slot->failures++;
}

struct slots *slots_open(struct loop *loop,
                         const struct slots_settings *settings,
                         struct error *error)
{
    struct slots *slots = memory_get(1, sizeof *slots);

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    slots->loop = loop;
    slots->settings = *settings;
    slots->items = memory_get(settings->count, sizeof *slots->items);
    for (uint32_t i = 0; i < settings->count; i++) {
        struct slot *slot = &slots->items[i];

        slot->slots = slots;
        slot->index = i;
        slot->timer = (struct timer){.call = slot_again, .context = slot};
    }
    for (uint32_t i = 0; i < settings->count; i++) {
        if (slot_start(&slots->items[i], error)) {
            slots_close(slots);
            return NULL;
        }
    }
    return slots;
}

void slots_close(struct slots *slots)
{
    if (!slots)
        return;
    for (uint32_t i = 0; i < slots->settings.count; i++) {
        loop_cancel(slots->loop, &slots->items[i].timer);
        if (slots->items[i].process)
            kill(-slots->items[i].process, SIGKILL);
    }
    for (uint32_t i = 0; i < slots->settings.count; i++) {
        if (slots->items[i].process)
            slot_reap(&slots->items[i]);
    }
    free(slots->items);
    free(slots);
}

uint32_t slots_alive(const struct slots *slots)
{
    uint32_t alive = 0;

    for (uint32_t i = 0; i < slots->settings.count; i++)
        alive += slots->items[i].process != 0;
    return alive;
}

void slots_hold(struct slots *slots, uint32_t slot, int64_t until)
{
    if (slot < slots->settings.count)
        slots->items[slot].held = until;
}

static bool slot_lives(const struct slots *slots, uint32_t slot)
{
    return slot < slots->settings.count && slots->items[slot].process;
}

int slots_signal(struct slots *slots, uint32_t slot, int signal)
{
    return !slot_lives(slots, slot) || kill(-slots->items[slot].process, signal);
}

int slots_signal_keeper(struct slots *slots, uint32_t slot, int signal)
{
    return !slot_lives(slots, slot) || kill(slots->items[slot].process, signal);
}

/* Whether the environment of a process holds this word, or, when it ends with '=', one that begins
 * with it. */
static bool has_word(pid_t process, const char *word)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    size_t length = strlen(word);

    text_addf(&path, "/proc/%ld/environ", (long)process);
    if (file_read(path.data, PROC_LIMIT, &content, NULL))
        return false;
    for (size_t at = 0; at + length < content.size; at += strlen(content.data + at) + 1) {
        if (!strncmp(content.data + at, word, length) &&
            (word[length - 1] == '=' || !content.data[at + length]))
            return true;
    }
    return false;
}

/* Signals the child of the slot's keeper whose environment has the word. */
static int child_signal(struct slots *slots, uint32_t slot, const char *word, int signal)
{
    CLEAN(text) struct text content = {0};
    char *rest = NULL;
    int64_t child;

    if (!slot_lives(slots, slot))
        return 1;
    children_read(slots->items[slot].process, &content);
    for (char *next = content.size ? strtok_r(content.data, " ", &rest) : NULL; next;
         next = strtok_r(NULL, " ", &rest)) {
        if (text_integer(next, 1, INT32_MAX, &child) == 0 && has_word((pid_t)child, word))
            return kill((pid_t)child, signal) ? 1 : 0;
    }
    return 1;
}

int slots_signal_agent(struct slots *slots, uint32_t slot, int signal)
{
    return child_signal(slots, slot, "MUSTER_KEEPER=", signal);
}

int slots_signal_rank(struct slots *slots, uint32_t slot, uint32_t local_rank, int signal)
{
    char word[40];

    snprintf(word, sizeof word, "MUSTER_LOCAL_RANK=%u", (unsigned)local_rank);
    return child_signal(slots, slot, word, signal);
}
