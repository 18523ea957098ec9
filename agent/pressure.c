/* pressure - whether the memory of a pod is about to run out, and which rank takes it. */
#include "agent/pressure.h"

#include <string.h>

#define SECOND      INT64_C(1000000000)
#define NEAR        20   /* the part of the limit that has to be left */
#define EDGE        256  /* the part that is too little for anything */
#define CREEP       4096 /* the part that counts as growth then */
#define STALL       5    /* the part of the time that everybody waits */
#define LOOK_SELDOM SECOND
#define LOOK_OFTEN  INT64_C(250000000)
#define LOOK_CLOSE  INT64_C(100000000)
#define LEAST       INT64_C(20000000) /* between two looks; closer ones say nothing of a pace */

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Marks. */

/* Another process holds other memory: what the one before it held is no measure of it. */
static void ranks_forget(struct pressure *pressure, const struct pressure_look *look)
{
    for (uint32_t rank = 0; rank < look->count; rank++) {
        if (look->ranks[rank].process == pressure->last.ranks[rank].process)
            continue;
        for (uint32_t i = 0; i < pressure->mark_count; i++)
            pressure->marks[i].resident[rank] = 0;
    }
}

static void mark_add(struct pressure *pressure, int64_t now)
{
    struct pressure_mark *marks = pressure->marks;

    if (pressure->mark_count == PRESSURE_MARKS)
        memmove(marks, marks + 1, --pressure->mark_count * sizeof *marks);
    marks[pressure->mark_count++] = (struct pressure_mark){.time = now};
}

/* Marks that are older than the span say nothing any more, but for the newest of them. */
static void marks_age(struct pressure *pressure, int64_t now)
{
    struct pressure_mark *marks = pressure->marks;

    while (pressure->mark_count > 1 && now - marks[1].time >= PRESSURE_SPAN)
        memmove(marks, marks + 1, --pressure->mark_count * sizeof *marks);
}

static void look_keep(struct pressure *pressure, const struct pressure_look *look, int64_t now)
{
    struct pressure_mark *mark;

    if (!pressure->mark_count || now - pressure->marks[pressure->mark_count - 1].time >= SECOND)
        mark_add(pressure, now);
    mark = &pressure->marks[pressure->mark_count - 1];
    if (look->held > mark->held) {
        mark->held = look->held;
        mark->reached = now;
    }
    for (uint32_t rank = 0; rank < look->count; rank++)
        mark->resident[rank] = most(mark->resident[rank], look->ranks[rank].resident);
    pressure->last = *look;
    pressure->looked = now;
}

static int64_t highest(const struct pressure *pressure)
{
    int64_t held = 0;

    for (uint32_t i = 0; i < pressure->mark_count; i++)
        held = most(held, pressure->marks[i].held);
    return held;
}

/* Danger. */

/* Whether `rest` is gone within `within`, at a pace of `growth` in `time`. Bytes times nanoseconds
 * do not fit into 64 bits. */
static bool gone_within(int64_t rest, int64_t within, int64_t growth, int64_t time)
{
    return growth > 0 && (double)rest * (double)time <= (double)growth * (double)within;
}

static bool dangerous(const struct pressure *pressure,
                      const struct pressure_look *look,
                      int64_t now)
{
    int64_t rest = look->limit - look->held;
    int64_t gain = look->held - highest(pressure);
    int64_t growth = look->held - pressure->marks[0].held;
    int64_t span = most(now - pressure->marks[0].reached, SECOND);
    int64_t pause = now - pressure->looked;
    bool stalled = pressure->last.stalled && look->stalled - pressure->last.stalled > pause / STALL;

    if (rest > look->limit / NEAR || gain <= 0)
        return false;
    return gone_within(rest, SECOND, growth, span) || gone_within(rest, SECOND / 4, gain, pause) ||
           (stalled && gone_within(rest, PRESSURE_SPAN, growth, span)) ||
           (rest < look->limit / EDGE && growth > look->limit / CREEP);
}

/* The rank that has grown most, if most of the pod's growth is that of ranks. */
static bool culprit_find(const struct pressure *pressure,
                         const struct pressure_look *look,
                         struct pressure_verdict *verdict)
{
    const struct pressure_mark *mark = &pressure->marks[0];
    struct pressure_verdict found = {.growth = 0};
    int64_t sum = 0;

    for (uint32_t rank = 0; rank < look->count; rank++) {
        int64_t growth = look->ranks[rank].resident - mark->resident[rank];

        if (!look->ranks[rank].process || growth <= 0)
            continue;
        sum += growth;
        if (growth > found.growth)
            found = (struct pressure_verdict){rank, look->ranks[rank].resident, growth};
    }
    if (sum <= (look->held - mark->held) / 2)
        return false;
    *verdict = found;
    return true;
}

bool pressure_take(struct pressure *pressure,
                   const struct pressure_look *look,
                   int64_t now,
                   struct pressure_verdict *verdict)
{
    bool named;

    if (pressure->looked && now - pressure->looked < LEAST)
        return false;
    if (pressure->struck && now - pressure->struck < PRESSURE_PATIENCE)
        return false;
    ranks_forget(pressure, look);
    marks_age(pressure, now);
    named = pressure->mark_count && dangerous(pressure, look, now) &&
            culprit_find(pressure, look, verdict);
    look_keep(pressure, look, now);
    if (named) {
        pressure->mark_count = 0;
        pressure->struck = now;
    }
    return named;
}

int64_t pressure_due(const struct pressure *pressure, int64_t now)
{
    int64_t rest = pressure->last.limit - pressure->last.held;

    if (!pressure->looked || rest > pressure->last.limit / 2)
        return now + LOOK_SELDOM;
    return now + (rest > pressure->last.limit / 4 ? LOOK_OFTEN : LOOK_CLOSE);
}

/* Kills. */

void pressure_kills(struct pressure *pressure, uint64_t kills, int64_t now)
{
    if (pressure->counted && kills > pressure->kills) {
        pressure->untold += kills - pressure->kills;
        pressure->killed = now;
    }
    pressure->kills = kills;
    pressure->counted = true;
}

bool pressure_killed(struct pressure *pressure, int64_t now)
{
    if (now - pressure->killed > PRESSURE_PATIENCE)
        pressure->untold = 0;
    if (!pressure->untold)
        return false;
    pressure->untold--;
    return true;
}
