/* golden_lead - the lead machine, told by scripts. */
#include "golden_lead.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    enum message_kind message; /* none = it carries no message of an agent */
} events[LEAD_EVENTS] = {
    [LEAD_STAND] = {"stand", MESSAGE_NONE},
    [LEAD_HELLO] = {"hello", MESSAGE_HELLO},
    [LEAD_PROMISE] = {"promise", MESSAGE_PROMISE},
    [LEAD_REFUSE] = {"refuse", MESSAGE_REFUSE},
    [LEAD_READY] = {"ready", MESSAGE_READY},
    [LEAD_RECORDED] = {"recorded", MESSAGE_RECORDED},
    [LEAD_FAULT] = {"fault", MESSAGE_FAULT},
    [LEAD_LEAVE] = {"leave", MESSAGE_LEAVE},
    [LEAD_DONE] = {"done", MESSAGE_DONE},
    [LEAD_WITNESSED] = {"witnessed", MESSAGE_NONE},
    [LEAD_LEARNED] = {"learned", MESSAGE_NONE},
    [LEAD_LOST] = {"lost", MESSAGE_NONE},
    [LEAD_HUNG] = {"hung", MESSAGE_NONE},
    [LEAD_STEPPED] = {"stepped", MESSAGE_NONE},
    [LEAD_FENCED] = {"fenced", MESSAGE_NONE},
    [LEAD_DRAIN] = {"drain", MESSAGE_NONE},
    [LEAD_YIELD] = {"yield", MESSAGE_NONE},
    [LEAD_TIMER] = {"timer", MESSAGE_NONE},
};

const char *golden_lead_word(enum lead_event_kind kind)
{
    return events[kind].word;
}

void golden_lead_done(struct golden_lead *lead)
{
    lead_done(&lead->lead);
}

/* The smaller views that a job allows: "sizes=1,2". */
static void sizes_read(const struct golden_line *line, struct lead_settings *settings)
{
    const char *at = golden_value(line, "sizes");
    char *end;

    while (at && *at) {
        settings->sizes[settings->size_count++] = (uint16_t)strtoul(at, &end, 10);
        at = *end ? end + 1 : end;
    }
}

static void job_make(struct golden_lead *golden, const struct golden_line *line)
{
    const struct identity self = {.slot = (uint32_t)golden_number(line, "self", 0), .life = {'a'}};
    struct lead_settings settings = {
        .replicas = (uint32_t)golden_number(line, "replicas", 3),
        .slots = (uint32_t)golden_number(line, "slots", golden_number(line, "replicas", 3)),
        .ranks = (uint32_t)golden_number(line, "ranks", 1),
        .foreign = golden_has(line, "foreign"),
        .start = golden_time(line, "start", INT64_C(60000000000)),
        .answer = golden_time(line, "answer", INT64_C(2000000000)),
        .replace = golden_time(line, "replace", INT64_C(30000000000)),
        .settle = golden_time(line, "settle", INT64_C(3000000000)),
        .rank_budget = (uint32_t)golden_number(line, "ranks-budget", 10),
        .rank_window = golden_time(line, "ranks-window", INT64_C(3600000000000)),
        .pod_budget = (uint32_t)golden_number(line, "pods-budget", 10),
        .pod_window = golden_time(line, "pods-window", INT64_C(3600000000000))};

    sizes_read(line, &settings);
    lead_done(&golden->lead);
    lead_init(&golden->lead, &self, &settings);
}

static void reset(void *machine)
{
    const struct golden_line nothing = {.count = 0};

    job_make(machine, &nothing);
}

/* Events. */

static void view_take(const struct golden_line *line, const char *key, struct view *view)
{
    const char *word = golden_value(line, key);

    view->generation = view->count = 0;
    if (word)
        golden_view(line, word, view);
}

static void stand_read(struct golden_lead *golden,
                       const struct golden_line *line,
                       struct lead_event *event)
{
    const char *lost = golden_value(line, "lost");

    view_take(line, "view", &golden->view);
    view_take(line, "roster", &golden->roster);
    event->view = &golden->view;
    event->roster = &golden->roster;
    event->number = (uint64_t)golden_number(line, "number", 0);
    if (lost)
        event->identity = golden_identity(line, lost);
    event->since = GOLDEN_EPOCH + golden_time(line, "since", 0);
}

/* The witness's vote comes as the message that an elector would have sent: its words stand behind
 * the event's. */
static void witnessed_read(struct golden_lead *golden,
                           const struct golden_line *line,
                           struct lead_event *event)
{
    struct golden_line vote = *line;
    enum message_kind kind = MESSAGE_NONE;

    if (line->count == 1) {
        event->message = NULL;
        return;
    }
    memmove(vote.words, vote.words + 1, --vote.count * sizeof *vote.words);
    for (unsigned i = 0; i < MESSAGE_KINDS; i++) {
        if (!strcmp(vote.words[0], message_name(i)))
            kind = (enum message_kind)i;
    }
    golden_message(&vote, kind, &golden->message);
}

static enum lead_event_kind kind_of(const struct golden_line *line)
{
    for (unsigned i = 0; i < LEAD_EVENTS; i++) {
        if (!strcmp(line->words[0], events[i].word))
            return (enum lead_event_kind)i;
    }
    golden_broken(line, "no such event");
}

static void event_read(struct golden_lead *golden,
                       const struct golden_line *line,
                       struct lead_event *event)
{
    event->kind = kind_of(line);
    event->message = &golden->message.message;
    event->text = golden_value(line, "text");
    event->local_rank = (uint32_t)golden_number(line, "rank", 0);
    event->silent = golden_has(line, "silent");
    event->left = golden_has(line, "left");
    event->restored = GOLDEN_EPOCH + golden_time(line, "restored", 0);
    event->stepped = GOLDEN_EPOCH + golden_time(line, "stepped", 0);
    if (event->kind == LEAD_STAND)
        stand_read(golden, line, event);
    else if (event->kind == LEAD_WITNESSED)
        witnessed_read(golden, line, event);
    else if (event->kind == LEAD_LOST || event->kind == LEAD_YIELD || event->kind == LEAD_HUNG)
        event->identity = golden_identity(line, line->count > 1 ? line->words[1] : NULL);
    else
        golden_message(line, events[event->kind].message, &golden->message);
}

/* States. */

static void add_peers(struct text *out, const struct lead *lead)
{
    bool first = true;

    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        const struct lead_peer *peer = &lead->peers[slot];

        if (!identity_known(&peer->id))
            continue;
        text_add(out, first ? " peers=" : ",");
        first = false;
        golden_add_identity(out, &peer->id);
        text_addf(out,
                  "%s%s%s%s%s%s%s%s",
                  peer->promised || peer->ready || peer->recorded || peer->done ? ":" : "",
                  peer->promised ? "p" : "",
                  peer->ready ? "s" : "",
                  peer->recorded ? "r" : "",
                  peer->done ? "d" : "",
                  peer->lost ? ":lost" : "",
                  peer->leaving ? ":leaves" : "",
                  peer->unfit ? ":unfit" : "");
    }
}

static void add_since(struct text *out, const char *key, int64_t when)
{
    if (!when)
        return;
    text_addf(out, " %s=", key);
    golden_add_time(out, when - GOLDEN_EPOCH);
}

static void add_incident(struct text *out, const struct incident *incident)
{
    text_addf(out,
              "> %s slot=%u rank=%u faults=%u",
              cause_name(incident->cause),
              (unsigned)incident->slot,
              (unsigned)incident->rank,
              (unsigned)incident->faults);
    add_since(out, "seen", incident->seen);
    add_since(out, "revoked", incident->revoked);
    add_since(out, "formed", incident->formed);
    add_since(out, "restored", incident->restored);
    add_since(out, "stepped", incident->stepped);
    if (incident->steps_redone)
        text_addf(out, " redone=%lld", (long long)incident->steps_redone);
    if (incident->generation)
        text_addf(out, " generation=%llu", (unsigned long long)incident->generation);
    if (*incident->text)
        text_addf(out, " text=\"%s\"", incident->text);
    text_add(out, "\n");
}

void golden_lead_add(struct text *out, const struct lead *lead)
{
    static const char *const partings[] = {"", " gathers-leaves", " hands-over"};

    text_addf(out,
              "> = %s %llu, seen=%llu",
              lead_state_name(lead->state),
              (unsigned long long)lead->number,
              (unsigned long long)lead->seen);
    golden_add_view(out, "base", &lead->base);
    add_peers(out, lead);
    if (lead->next_number) {
        golden_add_view(out, "next", &lead->next);
        text_addf(out, " under=%llu", (unsigned long long)lead->next_number);
    }
    if (lead->state == LEAD_FORM || lead->state == LEAD_RECORD)
        golden_add_view(out, "view", &lead->view);
    if (lead->witness_asked || lead->witness_promised || lead->witness_recorded)
        text_addf(out,
                  " witness=%s%s%s",
                  lead->witness_asked ? "asked" : "",
                  lead->witness_promised ? ":p" : "",
                  lead->witness_recorded ? ":r" : "");
    if (lead->state == LEAD_RUN)
        text_addf(out, " restore=%lld", (long long)lead->restore);
    text_add(out, partings[lead->parting]);
    if (lead->stopping)
        text_add(out, " stopping");
    if (lead->outbid)
        text_addf(out, " outbid=%u", lead->outbid);
    if (lead->repeat.count)
        text_addf(out, " crashes=%u", lead->repeat.count);
    text_add(out, "\n");
    if (lead->repairing)
        add_incident(out, &lead->incident);
}

static void effects_show(struct text *out,
                         const struct lead *lead,
                         const struct effects *effects,
                         int64_t now)
{
    golden_add_effects(out, effects, now);
    for (size_t i = 0; i < effects->count; i++) {
        if (effects->items[i].kind == EFFECT_INCIDENT)
            add_incident(out, &lead->incident);
    }
}

static void event(void *machine, const struct golden_line *line, int64_t now, struct text *out)
{
    struct golden_lead *golden = machine;
    struct lead_event event = {0};
    struct effects effects = {0};

    if (!strcmp(line->words[0], "job")) {
        job_make(golden, line);
        return;
    }
    event_read(golden, line, &event);
    if (out)
        golden->reached[golden->lead.state][event.kind] = true;
    lead_step(&golden->lead, &event, now, &effects);
    if (out) {
        effects_show(out, &golden->lead, &effects, now);
        golden_lead_add(out, &golden->lead);
    }
    effects_done(&effects);
}

struct golden_scene golden_lead_scene(struct golden_lead *lead)
{
    return (struct golden_scene){
        .directory = "tests/golden/lead", .machine = lead, .reset = reset, .event = event};
}
