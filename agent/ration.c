/* ration - the memory of the pod is looked at, and the rank that takes the last of it is ended. */
#include <stdio.h>

#include "agent/agent.h"
#include "agent/cgroup.h"
#include "agent/resident.h"
#include "base/clock.h"

#define SIZE_WORDS 24
#define TEXT       160

/* A number of bytes for people, "310 MiB" or "1.2 GiB". */
static const char *size_say(char words[SIZE_WORDS], int64_t bytes)
{
    double mebibytes = (double)bytes / (1 << 20);

    if (mebibytes < 1024)
        snprintf(words, SIZE_WORDS, "%.0f MiB", mebibytes);
    else
        snprintf(words, SIZE_WORDS, "%.1f GiB", mebibytes / 1024);
    return words;
}

/* The trigger. */

static void on_look(void *context);

static void trigger_close(struct agent *agent)
{
    struct ration *ration = &agent->ration;

    if (!ration->triggered)
        return;
    loop_remove(&agent->loop, &ration->trigger);
    close(ration->trigger.descriptor);
    ration->triggered = false;
}

static void on_trigger(void *context, uint32_t events)
{
    struct agent *agent = context;

    if (events & EPOLLERR) /* the group is gone, or another */
        trigger_close(agent);
    on_look(agent);
}

/* Without it, looks are at their times only. */
static void trigger_open(struct agent *agent)
{
    struct ration *ration = &agent->ration;
    int descriptor = cgroup_trigger(ration->group.data);

    if (descriptor < 0)
        return;
    ration->trigger = (struct watch){.call = on_trigger, .context = agent};
    if (loop_add(&agent->loop, &ration->trigger, descriptor, EPOLLPRI, NULL))
        close(descriptor);
    else
        ration->triggered = true;
}

/* Looks. */

/* The rule begins or ends to hold: limits can be changed while a pod runs. */
static void bound_note(struct agent *agent, int64_t limit)
{
    struct ration *ration = &agent->ration;
    char words[SIZE_WORDS];
    bool bound = limit > 0;

    if (bound == ration->bound)
        return;
    ration->bound = bound;
    if (bound) {
        log_debug(&agent->log, "memory is watched: the limit is %s", size_say(words, limit));
        trigger_open(agent);
    } else {
        log_debug(&agent->log, "memory is not watched any more: there is no limit");
        trigger_close(agent);
    }
}

static void look_take(const struct agent *agent,
                      const struct cgroup_memory *memory,
                      struct pressure_look *look)
{
    *look = (struct pressure_look){.limit = memory->limit,
                                   .held = memory->held,
                                   .stalled = memory->stalled,
                                   .count = agent->ranks.count};
    for (uint32_t i = 0; i < look->count; i++) {
        int32_t process = (int32_t)agent->links[i].process;

        look->ranks[i].process = process;
        if (process)
            look->ranks[i].resident = agent->ranks.kind == RANK_FOREIGN
                                          ? resident_group(agent->ration.proc, process)
                                          : resident_process(agent->ration.proc, process);
    }
}

static void end(struct agent *agent,
                const struct pressure_look *look,
                const struct pressure_verdict *verdict)
{
    char words[4][SIZE_WORDS];
    char text[TEXT];

    snprintf(text,
             sizeof text,
             "resident %s, of that %s new in %lld s; the pod holds %s of its %s",
             size_say(words[0], verdict->resident),
             size_say(words[1], verdict->growth),
             (long long)(PRESSURE_SPAN / CLOCK_SECONDS(1)),
             size_say(words[2], look->held),
             size_say(words[3], look->limit));
    local_condemn(agent, verdict->rank, CAUSE_MEMORY, text);
}

static struct cgroup_memory group_read(struct ration *ration, int64_t now)
{
    struct cgroup_memory memory;

    cgroup_read(ration->proc, ration->group.data, &memory);
    if (memory.counted)
        pressure_kills(&ration->pressure, memory.kills, now);
    return memory;
}

/* Looks at the group, and at the ranks if it has a limit. Returns when the next look is due. */
static int64_t look(struct agent *agent, int64_t now)
{
    struct ration *ration = &agent->ration;
    struct pressure_verdict verdict;
    struct pressure_look look;
    struct cgroup_memory memory = group_read(ration, now);

    bound_note(agent, memory.limit);
    if (memory.limit) {
        look_take(agent, &memory, &look);
        if (pressure_take(&ration->pressure, &look, now, &verdict))
            end(agent, &look, &verdict);
    }
    return pressure_due(&ration->pressure, now);
}

static void on_look(void *context)
{
    struct agent *agent = context;
    int64_t due = look(agent, clock_now());

    agent_settle(agent);
    loop_timer(&agent->loop, &agent->ration.timer, due);
}

bool ration_ended(struct agent *agent, uint32_t rank, struct text *how)
{
    struct ration *ration = &agent->ration;
    const struct pressure_look *last = &ration->pressure.last;
    char words[2][SIZE_WORDS];
    int64_t now = clock_now();

    if (ration->group.size)
        group_read(ration, now);
    if (!pressure_killed(&ration->pressure, now))
        return false;
    text_add(how, "the kernel ended it for want of memory");
    if (rank < last->count && last->ranks[rank].resident)
        text_addf(how,
                  ", it held %s of the pod's %s",
                  size_say(words[0], last->ranks[rank].resident),
                  size_say(words[1], last->limit));
    return true;
}

void ration_open(struct agent *agent)
{
    struct ration *ration = &agent->ration;
    struct cgroup_memory memory = {0};

    ration->proc = CGROUP_PROC;
    ration->timer = (struct timer){.call = on_look, .context = agent};
    if (agent->settings->memory_group)
        text_add(&ration->group, agent->settings->memory_group);
    else if (cgroup_find(CGROUP_PROC, CGROUP_ROOT, &ration->group))
        text_clear(&ration->group);
    if (ration->group.size)
        memory = group_read(ration, clock_now());
    if (!memory.counted && !memory.limit) {
        log_debug(&agent->log, "memory is not watched: there is no control group that tells of it");
        text_clear(&ration->group);
        return;
    }
    if (!memory.limit)
        log_debug(&agent->log, "memory is not watched: there is no limit");
    loop_timer(&agent->loop, &ration->timer, clock_now());
}

void ration_close(struct agent *agent)
{
    trigger_close(agent);
    loop_cancel(&agent->loop, &agent->ration.timer);
    text_done(&agent->ration.group);
}
