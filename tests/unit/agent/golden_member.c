/* golden_member - the member machine, told by scripts. */
#include "golden_member.h"

#include <string.h>

#define SEED          1
#define FORM_PATIENCE INT64_C(60000000000)

static const struct {
    const char *word;
    enum message_kind message; /* none = it carries what the ranks tell, or nothing */
} events[MEMBER_EVENTS] = {
    [MEMBER_ENROLLED] = {"enrolled", MESSAGE_NONE},
    [MEMBER_LEARNED] = {"learned", MESSAGE_NONE},
    [MEMBER_PREPARE] = {"prepare", MESSAGE_PREPARE},
    [MEMBER_ASSIGN] = {"assign", MESSAGE_ASSIGN},
    [MEMBER_RECORD] = {"record", MESSAGE_RECORD},
    [MEMBER_GO] = {"go", MESSAGE_GO},
    [MEMBER_OUT] = {"out", MESSAGE_OUT},
    [MEMBER_FINISH] = {"finish", MESSAGE_FINISH},
    [MEMBER_REFUSED] = {"refused", MESSAGE_REFUSE},
    [MEMBER_KILL] = {"kill", MESSAGE_KILL},
    [MEMBER_LEAVE] = {"leave", MESSAGE_LEAVE},
    [MEMBER_DRAIN] = {"drain", MESSAGE_NONE},
    [MEMBER_HELLO] = {"hello", MESSAGE_HELLO},
    [MEMBER_QUIET] = {"quiet", MESSAGE_NONE},
    [MEMBER_SET] = {"set", MESSAGE_NONE},
    [MEMBER_FAULT] = {"fault", MESSAGE_NONE},
    [MEMBER_DONE] = {"done", MESSAGE_NONE},
    [MEMBER_LOST] = {"lost", MESSAGE_NONE},
    [MEMBER_TIMER] = {"timer", MESSAGE_NONE},
};

const char *golden_member_word(enum member_event_kind kind)
{
    return events[kind].word;
}

static void reset(void *machine)
{
    struct golden_member *golden = machine;
    const struct identity self = {.slot = 1, .life = {'a'}};

    member_init(&golden->member, &self, SEED);
    golden->member.form_patience = FORM_PATIENCE;
}

static enum member_event_kind kind_of(const struct golden_line *line)
{
    for (unsigned i = 0; i < MEMBER_EVENTS; i++) {
        if (!strcmp(line->words[0], events[i].word))
            return (enum member_event_kind)i;
    }
    golden_broken(line, "no such event");
}

static void add_ballot(struct text *out, const char *key, const struct ballot *ballot)
{
    text_addf(out, " %s=%llu/", key, (unsigned long long)ballot->number);
    golden_add_identity(out, &ballot->candidate);
}

void golden_member_add(struct text *out, const struct member *member)
{
    text_addf(out, "> = %s, lead=", member_state_name(member->state));
    golden_add_identity(out, &member->lead);
    add_ballot(out, "promised", &member->promised);
    if (member->state == MEMBER_QUIETING)
        add_ballot(out, "asked", &member->asked);
    text_addf(out, " seen=%llu", (unsigned long long)member->seen);
    golden_add_view(out, "base", &member->base);
    if (member->next_number) {
        golden_add_view(out, "next", &member->next);
        text_addf(out, " under=%llu", (unsigned long long)member->next_number);
    }
    if (member->assigned.generation)
        golden_add_view(out, "assigned", &member->assigned);
    text_addf(out, member->quiet ? " quiet" : " busy");
    if (member->leaving)
        text_add(out, " leaving");
    if (member->stands)
        text_addf(out, " stands=%u", member->stands);
    if (member->redirects)
        text_addf(out, " redirects=%u", member->redirects);
    text_add(out, "\n");
}

static void event(void *machine, const struct golden_line *line, int64_t now, struct text *out)
{
    struct golden_member *golden = machine;
    struct member_event event = {.message = &golden->message.message};
    struct effects effects = {0};

    if (!strcmp(line->words[0], "self") && line->count == 2) {
        golden->member.self = golden_identity(line, line->words[1]);
        return;
    }
    event.kind = kind_of(line);
    event.stand = golden_has(line, "stand");
    event.silent = golden_has(line, "silent");
    if (event.kind == MEMBER_LOST || (event.kind == MEMBER_ENROLLED && !event.stand))
        event.identity = golden_identity(line, line->count > 1 ? line->words[1] : NULL);
    else if (event.kind != MEMBER_ENROLLED)
        golden_message(line, events[event.kind].message, &golden->message);
    if (out)
        golden->reached[golden->member.state][event.kind] = true;
    member_step(&golden->member, &event, now, &effects);
    if (out) {
        golden_add_effects(out, &effects, now);
        golden_member_add(out, &golden->member);
    }
    effects_done(&effects);
}

struct golden_scene golden_member_scene(struct golden_member *member)
{
    return (struct golden_scene){
        .directory = "tests/golden/member", .machine = member, .reset = reset, .event = event};
}
