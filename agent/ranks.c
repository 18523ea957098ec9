/* ranks - the local ranks of an agent as a group. */
#include "agent/ranks.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/random.h"
#include "wire/link.h"

#define NEVER          INT64_MAX
#define LEAVE_PATIENCE INT64_C(5000000000)
#define FOREIGN_END    INT64_C(30000000000) /* a trainer that is asked to end may save its state */
#define START_PAUSE    INT64_C(100000000)   /* after a start that did not come to hello; doubled */
#define STARTS_MOST    7                    /* doublings */

void ranks_init(struct ranks *ranks, uint32_t count, uint64_t seed)
{
    assert(count >= 1 && count <= RANKS_MOST);
    memset(ranks, 0, sizeof *ranks);
    ranks->count = count;
    ranks->leave_patience = LEAVE_PATIENCE;
    ranks->end_patience = LEAVE_PATIENCE;
    ranks->random = seed;
    for (uint32_t i = 0; i < count; i++)
        ranks->items[i].committed = LINK_NO_STATE;
}

void ranks_foreign(struct ranks *ranks)
{
    if (ranks->kind == RANK_FOREIGN)
        return;
    ranks->kind = RANK_FOREIGN;
    ranks->end_patience = FOREIGN_END;
    for (uint32_t i = 0; i < ranks->count; i++)
        ranks->items[i].due = NEVER;
}

void ranks_final(struct ranks *ranks, const unsigned char *codes, size_t size)
{
    memset(ranks->final_codes, 0, sizeof ranks->final_codes);
    for (size_t i = 0; i < size && i < sizeof ranks->final_codes; i++)
        ranks->final_codes[i] = codes[i];
}

static void order(struct ranks_output *output, enum ranks_order_kind kind, uint32_t rank)
{
    output->orders[output->order_count++] = (struct ranks_order){kind, rank};
}

static struct message *tell(struct ranks_output *output, enum member_event_kind kind)
{
    size_t place = output->telling_count++;

    output->messages[place] = (struct message){0};
    output->telling[place] =
        (struct member_event){.kind = kind, .message = &output->messages[place]};
    return &output->messages[place];
}

/* The newest state that a live local rank holds. */
static void holdings(const struct ranks *ranks, struct message *message)
{
    message->committed = LINK_NO_STATE;
    message->begun = 0;
    for (uint32_t i = 0; i < ranks->count; i++) {
        if (ranks->items[i].committed > message->committed)
            message->committed = ranks->items[i].committed;
        if (ranks->items[i].begun > message->begun)
            message->begun = ranks->items[i].begun;
    }
}

/* The cause that an exit status stands for: from outside, or of the rank's own making. The status
 * of a foreign trainer means nothing to us; only that it could not be started is announced. */
static enum cause cause_of(enum rank_kind kind,
                           const struct rank *rank,
                           const struct ranks_news *news)
{
    int status = news->status;
    int own = kind == RANK_FOREIGN ? LINK_EXIT_FAILED : WEXITSTATUS(status);
    int code = rank->code ? (int)rank->code : own;

    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM))
        return rank->ended                  ? rank->ended
               : rank->state == RANK_KILLED ? CAUSE_STUCK
               : news->cause                ? news->cause
                                            : CAUSE_RANK_KILLED;
    if (!WIFSIGNALED(status) && (code == LINK_EXIT_INPUT || code == LINK_EXIT_USAGE))
        return CAUSE_INPUT;
    return CAUSE_RANK_CRASH;
}

/* The class of an end: exit codes are the trainer's own choice, signals are not. */
static enum fault_class class_of(enum cause cause, int status)
{
    if (cause == CAUSE_RANK_CRASH && !WIFSIGNALED(status))
        return FAULT_CLASS_USER_CODE;
    return fault_class_of(cause);
}

/* Whether the job has a rule that this end fails it. An end that was made here falls under none. */
static bool is_final(const struct ranks *ranks, const struct rank *rank, int status)
{
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

    return rank->state != RANK_KILLED && !rank->ended &&
           ranks->final_codes[code / 8] >> code % 8 & 1;
}

/* How a process ended, and what it said last. */
static void exit_describe(const struct ranks_news *news, bool final, char text[RANK_TEXT])
{
    bool killed = WIFSIGNALED(news->status);
    const char *last = news->text ? news->text : "";

    snprintf(text,
             RANK_TEXT,
             "%s %d%s%s%s",
             killed ? "signal" : "exit code",
             killed ? WTERMSIG(news->status) : WEXITSTATUS(news->status),
             final ? ", named by recovery.rules" : "",
             *last ? ": " : "",
             last);
}

static void blame(struct ranks *ranks,
                  struct rank *rank,
                  const struct ranks_news *news,
                  struct ranks_output *output)
{
    struct message *message = tell(output, MEMBER_FAULT);
    bool final;

    message->fault.local_rank = news->rank;
    message->fault.cause = CAUSE_COMMUNICATOR;
    message->fault.class = FAULT_CLASS_COMMUNICATOR;
    message->text = rank->text;
    if (news->event == RANK_EXITED) {
        final = is_final(ranks, rank, news->status);
        message->fault.cause = cause_of(ranks->kind, rank, news);
        message->fault.class = class_of(message->fault.cause, news->status);
        message->fault.final = final || message->fault.cause == CAUSE_INPUT;
        rank->given_up = message->fault.final;
        /* Only what is about its end is quoted: other words were about its peers. */
        if ((!rank->code && !rank->ended) || !rank->text[0])
            exit_describe(news, final, rank->text);
    }
    holdings(ranks, message);
}

/* When a rank that ended is started again: at once, later when it did not even come to hello. */
static int64_t start_due(struct ranks *ranks, struct rank *rank, int64_t now)
{
    int64_t bound = START_PAUSE << (rank->starts < STARTS_MOST ? rank->starts : STARTS_MOST);

    if (rank->given_up || ranks->ending || ranks->kind == RANK_FOREIGN)
        return NEVER;
    return rank->starts ? now + (int64_t)random_below(&ranks->random, (uint64_t)bound) : now;
}

static void act(struct ranks *ranks,
                uint32_t index,
                enum rank_action action,
                int64_t now,
                struct ranks_output *output)
{
    struct rank *rank = &ranks->items[index];

    switch (action) {
    case RANK_SEND_ASSIGN:
        rank->generation = ranks->wanted;
        order(output, RANKS_ASSIGN, index);
        break;
    case RANK_SEND_GO:
        order(output, RANKS_GO, index);
        break;
    case RANK_SEND_REVOKE:
        rank->due = now + ranks->leave_patience;
        order(output, RANKS_REVOKE, index);
        break;
    case RANK_SEND_LEAVE:
        rank->due = now + ranks->end_patience;
        order(output, RANKS_LEAVE, index);
        break;
    case RANK_KILL:
        order(output, RANKS_KILL, index);
        break;
    case RANK_NOTHING:
    case RANK_BLAME:
        break;
    }
}

/* Moves one rank by the table. Returns the action of the move. */
static enum rank_action move(struct ranks *ranks,
                             uint32_t index,
                             enum rank_event event,
                             int64_t now,
                             struct ranks_output *output)
{
    struct rank *rank = &ranks->items[index];
    struct rank_move cell = rank_move(ranks->kind, rank->state, event);

    if (!cell.allowed)
        return RANK_NOTHING;
    if (cell.next != rank->state)
        rank->due = NEVER;
    rank->state = cell.next;
    act(ranks, index, cell.action, now, output);
    return cell.action;
}

static bool all(const struct ranks *ranks, enum rank_state state)
{
    for (uint32_t i = 0; i < ranks->count; i++) {
        if (ranks->items[i].state != state)
            return false;
    }
    return true;
}

static bool all_quiet(const struct ranks *ranks)
{
    for (uint32_t i = 0; i < ranks->count; i++) {
        if (!rank_is_quiet(ranks->kind, ranks->items[i].state))
            return false;
    }
    return true;
}

/* What the group as a whole has become. */
static void conclude(struct ranks *ranks, struct ranks_output *output)
{
    struct message *message;

    if (ranks->quiet_asked && all_quiet(ranks)) {
        ranks->quiet_asked = false;
        holdings(ranks, tell(output, MEMBER_QUIET));
    }
    if (ranks->wanted && !ranks->set_told && all(ranks, RANK_SET)) {
        ranks->set_told = true;
        message = tell(output, MEMBER_SET);
        message->number = ranks->wanted;
        message->blob_count = ranks->count;
        message->blobs = output->blobs;
        for (uint32_t i = 0; i < ranks->count; i++)
            output->blobs[i] = ranks->items[i].blob;
    }
    if (ranks->started && !ranks->done_told && all(ranks, RANK_DONE)) {
        ranks->done_told = true;
        message = tell(output, MEMBER_DONE);
        message->outcome = ranks->items[0].outcome;
        message->text = ranks->items[0].text;
    }
    output->ended = ranks->ending && all(ranks, RANK_DOWN);
}

/* Whether the rank can take a place: a process that is in no generation, or, of a foreign trainer,
 * none, which was not in this generation before. */
static bool can_be_placed(const struct ranks *ranks, const struct rank *rank)
{
    if (ranks->kind == RANK_FOREIGN)
        return rank->state == RANK_DOWN && rank->generation != ranks->wanted;
    return rank->state == RANK_IDLE;
}

/* Lets every rank follow what is wanted of the group, as far as it can. */
static void follow(struct ranks *ranks, int64_t now, struct ranks_output *output)
{
    for (uint32_t i = 0; i < ranks->count; i++) {
        struct rank *rank = &ranks->items[i];

        if (ranks->kind == RANK_NATIVE && rank->state == RANK_DOWN && rank->due <= now &&
            !ranks->ending) {
            rank->due = NEVER;
            order(output, RANKS_SPAWN, i);
        }
        if (ranks->wanted && can_be_placed(ranks, rank))
            move(ranks, i, RANK_PLACE, now, output);
        if (rank->state == RANK_SET && ranks->started)
            move(ranks, i, RANK_START, now, output);
    }
    conclude(ranks, output);
}

static void news_keep(struct rank *rank, const struct ranks_news *news)
{
    if (news->event == RANK_QUIET) {
        rank->committed = news->committed;
        rank->begun = news->begun;
    }
    if (news->event == RANK_READY && news->blob)
        rank->blob = *news->blob;
    if (news->event == RANK_FINISHED)
        rank->outcome = news->outcome;
    if (news->event == RANK_HELLO)
        rank->starts = 0;
    if (news->event == RANK_SPAWNED) {
        rank->text[0] = '\0';
        rank->code = 0;
        rank->ended = CAUSE_NONE;
        rank->along = false;
        rank->starts++;
    }
    if (news->code)
        rank->code = news->code;
    if (news->text && *news->text && news->event != RANK_EXITED)
        snprintf(rank->text, sizeof rank->text, "%s", news->text);
}

static void exited(struct ranks *ranks,
                   struct rank *rank,
                   const struct ranks_news *news,
                   bool blamed,
                   int64_t now,
                   struct ranks_output *output)
{
    struct rank before = *rank;

    rank->committed = LINK_NO_STATE;
    rank->begun = before.begun; /* a step it had begun is redone */
    if (blamed && !rank->along)
        blame(ranks, rank, news, output);
    rank->due = start_due(ranks, rank, now);
}

/* The processes of a foreign trainer cannot go on without each other. */
static void foreign_end(struct ranks *ranks, int64_t now, struct ranks_output *output)
{
    ranks->wanted = 0;
    ranks->started = false;
    for (uint32_t i = 0; i < ranks->count; i++)
        move(ranks, i, RANK_REVOKE, now, output);
}

/* Whether a foreign trainer has ended well. */
static bool foreign_finished(const struct ranks *ranks, const struct ranks_news *news)
{
    return ranks->kind == RANK_FOREIGN && news->event == RANK_EXITED && news->status == 0 &&
           ranks->items[news->rank].state == RANK_RUNNING;
}

/* Takes what is not news of an earlier generation. */
static void hear(struct ranks *ranks,
                 const struct ranks_news *news,
                 int64_t now,
                 struct ranks_output *output)
{
    struct rank *rank = &ranks->items[news->rank];
    enum rank_state before = rank->state;
    enum rank_action action;
    bool stale =
        news->event == RANK_READY || news->event == RANK_BROKEN || news->event == RANK_FINISHED;

    if (stale && news->generation != rank->generation)
        return;
    news_keep(rank, news);
    action = move(ranks, news->rank, news->event, now, output);
    if (action == RANK_KILL) {
        rank->ended = news->event == RANK_HUNG ? CAUSE_HANG : news->cause;
        rank->along = news->along;
    }
    if (news->event == RANK_EXITED && rank->state == RANK_DOWN) {
        rank->state = before; /* the cause depends on what it was doing */
        exited(ranks, rank, news, action == RANK_BLAME, now, output);
        rank->state = RANK_DOWN;
    } else if (action == RANK_BLAME) {
        blame(ranks, rank, news, output);
    }
    if (ranks->kind == RANK_FOREIGN && action == RANK_BLAME && !rank->along)
        foreign_end(ranks, now, output);
    follow(ranks, now, output);
}

void ranks_hear(struct ranks *ranks,
                const struct ranks_news *news,
                int64_t now,
                struct ranks_output *output)
{
    struct ranks_news finished = *news;

    assert(news->rank < ranks->count);
    if (foreign_finished(ranks, news)) {
        finished.event = RANK_FINISHED;
        finished.generation = ranks->items[news->rank].generation;
        finished.outcome = OUTCOME_SUCCEEDED;
        finished.text = NULL; /* what it said last is no result */
    }
    hear(ranks, &finished, now, output);
}

void ranks_want(struct ranks *ranks,
                enum rank_event want,
                uint64_t number,
                int64_t now,
                struct ranks_output *output)
{
    switch (want) {
    case RANK_PLACE:
        ranks->wanted = number;
        ranks->set_told = ranks->started = ranks->done_told = false;
        break;
    case RANK_START:
        ranks->started = ranks->wanted == number;
        break;
    case RANK_REVOKE:
        ranks->wanted = 0;
        ranks->started = false;
        ranks->quiet_asked = true;
        break;
    default:
        ranks->wanted = 0;
        ranks->started = ranks->quiet_asked = false;
        ranks->ending = true;
        break;
    }
    if (want == RANK_REVOKE || want == RANK_LEAVE) {
        for (uint32_t i = 0; i < ranks->count; i++)
            move(ranks, i, want, now, output);
    }
    follow(ranks, now, output);
}

void ranks_tick(struct ranks *ranks, int64_t now, struct ranks_output *output)
{
    for (uint32_t i = 0; i < ranks->count; i++) {
        if (ranks->items[i].state != RANK_DOWN && ranks->items[i].due <= now)
            move(ranks, i, RANK_LATE, now, output);
    }
    follow(ranks, now, output);
}

void ranks_adopt(struct ranks *ranks, uint32_t index, int64_t committed, int64_t begun)
{
    struct rank *rank = &ranks->items[index];

    assert(index < ranks->count);
    rank->state = RANK_RUNNING;
    rank->committed = committed;
    rank->begun = begun;
    rank->due = NEVER;
}

int64_t ranks_due(const struct ranks *ranks)
{
    int64_t due = NEVER;

    for (uint32_t i = 0; i < ranks->count; i++) {
        if (ranks->items[i].due < due)
            due = ranks->items[i].due;
    }
    return due;
}
