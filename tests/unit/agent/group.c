/* group - the ranks of an agent under test. */
#include "group.h"

#include <stdlib.h>

#include "base/memory.h"
#include "support/check.h"
#include "wire/link.h"

struct group *group_new(void)
{
    struct group *group = memory_get(1, sizeof *group);

    ranks_init(&group->ranks, COUNT, 1);
    group->now = SECOND;
    return group;
}

void group_free(struct group *group)
{
    text_done(&group->said);
    free(group);
}

static void comma(struct text *out)
{
    text_add(out, out->size ? ", " : "");
}

static void say_event(struct text *out, const struct member_event *event)
{
    const struct message *message = event->message;

    comma(out);
    if (event->kind == MEMBER_QUIET)
        text_addf(out, "quiet %lld/%lld", (long long)message->committed, (long long)message->begun);
    if (event->kind == MEMBER_SET) {
        text_addf(out, "set %llu", (unsigned long long)message->number);
        for (uint32_t i = 0; i < message->blob_count; i++)
            text_addf(
                out, " %.*s", (int)message->blobs[i].size, (const char *)message->blobs[i].bytes);
    }
    if (event->kind == MEMBER_DONE)
        text_addf(out, "done %d %s", (int)message->outcome, message->text);
    if (event->kind == MEMBER_FAULT)
        text_addf(out,
                  "fault %u %s%s: %s, %lld/%lld",
                  (unsigned)message->fault.local_rank,
                  cause_name(message->fault.cause),
                  message->fault.final ? " final" : "",
                  message->text,
                  (long long)message->committed,
                  (long long)message->begun);
}

static void output_say(struct group *group)
{
    static const char *const orders[] = {"spawn", "kill", "assign", "go", "revoke", "leave"};
    const struct ranks_output *output = &group->output;

    text_clear(&group->said);
    for (size_t i = 0; i < output->order_count; i++) {
        comma(&group->said);
        text_addf(&group->said,
                  "%s %u",
                  orders[output->orders[i].kind],
                  (unsigned)output->orders[i].rank);
    }
    for (size_t i = 0; i < output->telling_count; i++)
        say_event(&group->said, &output->telling[i]);
    if (output->ended) {
        comma(&group->said);
        text_add(&group->said, "ended");
    }
}

const char *hear(struct group *group, struct ranks_news news)
{
    group->output.order_count = group->output.telling_count = 0;
    ranks_hear(&group->ranks, &news, group->now, &group->output);
    output_say(group);
    return text_string(&group->said);
}

const char *want(struct group *group, enum rank_event what, uint64_t number)
{
    group->output.order_count = group->output.telling_count = 0;
    ranks_want(&group->ranks, what, number, group->now, &group->output);
    output_say(group);
    return text_string(&group->said);
}

const char *tick(struct group *group)
{
    group->output.order_count = group->output.telling_count = 0;
    ranks_tick(&group->ranks, group->now, &group->output);
    output_say(group);
    return text_string(&group->said);
}

struct ranks_news news_of(enum rank_event event, uint32_t rank)
{
    return (struct ranks_news){.event = event, .rank = rank};
}

struct ranks_news ready(uint32_t rank, uint64_t generation)
{
    static const struct blob blobs[COUNT] = {{.size = 1, .bytes = "x"}, {.size = 1, .bytes = "y"}};

    return (struct ranks_news){
        .event = RANK_READY, .rank = rank, .generation = generation, .blob = &blobs[rank]};
}

struct ranks_news quiet(uint32_t rank, int64_t committed, int64_t begun)
{
    return (struct ranks_news){
        .event = RANK_QUIET, .rank = rank, .committed = committed, .begun = begun};
}

struct ranks_news exited(uint32_t rank, int status)
{
    return (struct ranks_news){.event = RANK_EXITED, .rank = rank, .status = status};
}

struct group *group_running(void)
{
    struct group *group = group_new();

    tick(group);
    for (uint32_t rank = 0; rank < COUNT; rank++) {
        hear(group, news_of(RANK_SPAWNED, rank));
        hear(group, news_of(RANK_HELLO, rank));
    }
    want(group, RANK_PLACE, 5);
    hear(group, ready(0, 5));
    hear(group, ready(1, 5));
    want(group, RANK_START, 5);
    return group;
}
