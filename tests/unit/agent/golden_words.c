/* golden_words - identities, views, messages and effects in the words of scripts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"

/* Reading. */

static const char *identity_read(const struct golden_line *line,
                                 const char *at,
                                 struct identity *id)
{
    char *end;

    *id = (struct identity){.slot = (uint32_t)strtoul(at, &end, 10)};
    if (end == at || *end < 'a' || *end > 'z')
        golden_broken(line, "not an incarnation");
    id->life[0] = (uint64_t)*end;
    return end + 1;
}

struct identity golden_identity(const struct golden_line *line, const char *word)
{
    struct identity id = {0};

    if (!word)
        golden_broken(line, "an incarnation is missing");
    if (strcmp(word, "-") && *identity_read(line, word, &id))
        golden_broken(line, "not an incarnation");
    return id;
}

void golden_view(const struct golden_line *line, const char *word, struct view *view)
{
    struct identity member;
    char *at;

    view->count = 0;
    view->generation = strtoull(word, &at, 10);
    if (*at++ != '{')
        golden_broken(line, "not a view");
    while (*at && *at != '}') {
        at = (char *)identity_read(line, at, &member);
        if (view_add(view, &member))
            golden_broken(line, "too many members");
        if (*at == ',')
            at++;
    }
    if (strcmp(at, "}"))
        golden_broken(line, "not a view");
}

static const struct view *view_value(const struct golden_line *line,
                                     const char *key,
                                     struct view *view)
{
    const char *word = golden_value(line, key);

    if (!word)
        return NULL;
    golden_view(line, word, view);
    return view;
}

/* Blobs are words: "blobs=x,y". */
static void blobs_read(const struct golden_line *line, struct codec_message *out)
{
    const char *at = golden_value(line, "blobs");

    out->message.blobs = out->blobs;
    while (at && *at) {
        size_t size = strcspn(at, ",");
        struct blob *blob = &out->blobs[out->message.blob_count++];

        *blob = (struct blob){.size = (uint16_t)size};
        memcpy(blob->bytes, at, size);
        at += size + (at[size] == ',');
    }
}

static void fault_read(const struct golden_line *line, struct message *message)
{
    const char *cause = golden_value(line, "cause");

    for (unsigned i = 0; cause && i < CAUSES; i++) {
        if (!strcmp(cause, cause_name(i)))
            message->fault.cause = (enum cause)i;
    }
    if (!message->fault.cause)
        golden_broken(line, "no such cause");
    message->fault.local_rank = (uint32_t)golden_number(line, "rank", 0);
    message->fault.age = golden_time(line, "age", 0);
    message->fault.final = golden_has(line, "final");
}

static enum outcome outcome_read(const struct golden_line *line)
{
    static const char *const names[] = {"none", "succeeded", "failed", "stopped", "drained"};
    const char *word = golden_value(line, "outcome");

    for (unsigned i = 0; word && i < sizeof names / sizeof *names; i++) {
        if (!strcmp(word, names[i]))
            return (enum outcome)i;
    }
    return OUTCOME_NONE;
}

void golden_message(const struct golden_line *line,
                    enum message_kind kind,
                    struct codec_message *out)
{
    struct message *message = &out->message;
    const char *text = golden_value(line, "text");

    *message = (struct message){.kind = kind, .decided = &out->decided};
    if (line->count > 1 && !strchr(line->words[1], '='))
        message->from = golden_identity(line, line->words[1]);
    if (line->count > 2)
        message->number = strtoull(line->words[2], NULL, 10);
    out->decided.generation = out->decided.count = 0;
    view_value(line, "base", &out->decided);
    message->view = view_value(line, "view", &out->view);
    message->next = view_value(line, "next", &out->next);
    message->next_number = (uint64_t)golden_number(line, "under", 0);
    message->committed = golden_number(line, "committed", -1);
    message->begun = golden_number(line, "begun", 0);
    message->outcome = outcome_read(line);
    message->patience = golden_time(line, "patience", 0);
    blobs_read(line, out);
    if (golden_value(line, "cause"))
        fault_read(line, message);
    if (golden_value(line, "lead"))
        message->lead = golden_identity(line, golden_value(line, "lead"));
    if (text)
        snprintf(out->text, sizeof out->text, "%s", text);
    message->text = text ? out->text : NULL;
}

/* Printing. */

void golden_add_identity(struct text *out, const struct identity *id)
{
    if (identity_known(id))
        text_addf(out, "%u%c", (unsigned)id->slot, (char)id->life[0]);
    else
        text_add(out, "-");
}

void golden_add_view(struct text *out, const char *key, const struct view *view)
{
    text_addf(out, " %s=%llu{", key, (unsigned long long)view->generation);
    for (uint32_t i = 0; i < view->count; i++) {
        text_add(out, i ? "," : "");
        golden_add_identity(out, &view->members[i]);
    }
    text_add(out, "}");
}

void golden_add_time(struct text *out, int64_t nanoseconds)
{
    int64_t rest = nanoseconds % 1000000000;

    if (nanoseconds == INT64_MAX)
        text_add(out, "never");
    else if (rest || !nanoseconds)
        text_addf(out, "%.10gms", (double)nanoseconds / 1e6);
    else
        text_addf(out, "%llds", (long long)(nanoseconds / 1000000000));
}

static void add_due(struct text *out, int64_t due, int64_t now)
{
    text_add(out, " ");
    golden_add_time(out, due == INT64_MAX ? due : due - now);
}

static void add_text(struct text *out, const char *text)
{
    if (text && *text)
        text_addf(out, " text=\"%s\"", text);
}

static void add_outcome(struct text *out, enum outcome outcome)
{
    static const char *const names[] = {"none", "succeeded", "failed", "stopped", "drained"};

    if (outcome)
        text_addf(out, " outcome=%s", names[outcome]);
}

static void add_blobs(struct text *out, const struct message *message)
{
    for (uint32_t i = 0; i < message->blob_count; i++)
        text_addf(out,
                  "%s%.*s",
                  i ? "," : " blobs=",
                  (int)message->blobs[i].size,
                  (const char *)message->blobs[i].bytes);
}

static void add_fault(struct text *out, const struct fault *fault)
{
    text_addf(out, " cause=%s rank=%u", cause_name(fault->cause), (unsigned)fault->local_rank);
    if (fault->age) {
        text_add(out, " age=");
        golden_add_time(out, fault->age);
    }
    if (fault->final)
        text_add(out, " final");
}

static void add_message(struct text *out, const struct message *message)
{
    text_addf(out, " %s %llu", message_name(message->kind), (unsigned long long)message->number);
    if (message->decided)
        golden_add_view(out, "base", message->decided);
    if (message->view)
        golden_add_view(out, "view", message->view);
    if (message->next) {
        golden_add_view(out, "next", message->next);
        text_addf(out, " under=%llu", (unsigned long long)message->next_number);
    }
    if (message->kind == MESSAGE_PROMISE || message->kind == MESSAGE_GO)
        text_addf(out, " committed=%lld", (long long)message->committed);
    if (message->kind == MESSAGE_PROMISE)
        text_addf(out, " begun=%lld", (long long)message->begun);
    if (message->kind == MESSAGE_FAULT || message->kind == MESSAGE_KILL)
        add_fault(out, &message->fault);
    if (message->kind == MESSAGE_REFUSE) {
        text_add(out, " lead=");
        golden_add_identity(out, &message->lead);
    }
    if (message->patience) {
        text_add(out, " patience=");
        golden_add_time(out, message->patience);
    }
    add_blobs(out, message);
    add_outcome(out, message->outcome);
    add_text(out, message->text);
}

static void add_effect(struct text *out, const struct effect *effect, int64_t now)
{
    static const char *const names[EFFECT_KINDS] = {"send",
                                                    "witness",
                                                    "cut",
                                                    "follow",
                                                    "timer",
                                                    "enroll",
                                                    "stand",
                                                    "revoke",
                                                    "place",
                                                    "start",
                                                    "kill",
                                                    "drain",
                                                    "fence",
                                                    "incident",
                                                    "leave"};

    text_addf(out, "> %s", names[effect->kind]);
    if (identity_known(&effect->to)) {
        text_add(out, " ");
        golden_add_identity(out, &effect->to);
    }
    if (effect->message.kind)
        add_message(out, &effect->message);
    if (effect->number)
        text_addf(out, " %llu", (unsigned long long)effect->number);
    if (effect->view)
        golden_add_view(out, "view", effect->view);
    if (effect->left)
        text_add(out, " left");
    if (effect->kind == EFFECT_TIMER || effect->kind == EFFECT_ENROLL || effect->due)
        add_due(out, effect->due, now);
    add_outcome(out, effect->outcome);
    add_text(out, effect->text);
    text_add(out, "\n");
}

void golden_add_effects(struct text *out, const struct effects *effects, int64_t now)
{
    for (size_t i = 0; i < effects->count; i++)
        add_effect(out, &effects->items[i], now);
}
