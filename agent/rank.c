/* rank - the life of one local rank as a table for each kind of trainer. */
#include "agent/rank.h"

#define MOVE(state, act) {true, state, act}

static const struct rank_move native[RANK_STATES][RANK_EVENTS] = {
    [RANK_DOWN] = {[RANK_SPAWNED] = MOVE(RANK_STARTING, RANK_NOTHING)},
    [RANK_STARTING] = {[RANK_HELLO] = MOVE(RANK_IDLE, RANK_NOTHING),
                       [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                       [RANK_CONDEMNED] = MOVE(RANK_KILLED, RANK_KILL),
                       [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_IDLE] = {[RANK_PLACE] = MOVE(RANK_PLACING, RANK_SEND_ASSIGN),
                   [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                   [RANK_CONDEMNED] = MOVE(RANK_KILLED, RANK_KILL),
                   [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_PLACING] = {[RANK_READY] = MOVE(RANK_SET, RANK_NOTHING),
                      [RANK_REVOKE] = MOVE(RANK_LEAVING, RANK_SEND_REVOKE),
                      [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                      [RANK_CONDEMNED] = MOVE(RANK_KILLED, RANK_KILL),
                      [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_SET] = {[RANK_START] = MOVE(RANK_RUNNING, RANK_SEND_GO),
                  [RANK_REVOKE] = MOVE(RANK_LEAVING, RANK_SEND_REVOKE),
                  [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                  [RANK_CONDEMNED] = MOVE(RANK_KILLED, RANK_KILL),
                  [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_RUNNING] = {[RANK_BROKEN] = MOVE(RANK_RUNNING, RANK_BLAME),
                      [RANK_FINISHED] = MOVE(RANK_DONE, RANK_NOTHING),
                      [RANK_HUNG] = MOVE(RANK_KILLED, RANK_KILL),
                      [RANK_REVOKE] = MOVE(RANK_LEAVING, RANK_SEND_REVOKE),
                      [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                      [RANK_CONDEMNED] = MOVE(RANK_KILLED, RANK_KILL),
                      [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_DONE] = {[RANK_REVOKE] = MOVE(RANK_LEAVING, RANK_SEND_REVOKE),
                   [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                   [RANK_CONDEMNED] = MOVE(RANK_KILLED, RANK_KILL),
                   [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_LEAVING] = {[RANK_QUIET] = MOVE(RANK_IDLE, RANK_NOTHING),
                      [RANK_LATE] = MOVE(RANK_KILLED, RANK_KILL),
                      [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                      [RANK_CONDEMNED] = MOVE(RANK_KILLED, RANK_KILL),
                      [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_KILLED] = {[RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_ENDING] =
        {[RANK_LATE] = MOVE(RANK_KILLED, RANK_KILL), [RANK_EXITED] = MOVE(RANK_DOWN, RANK_NOTHING)},
};

/* A rank without a process is down, or set and waits for go, or done. That others are told to leave
 * is how they end: it is no fault of theirs. One that is condemned still runs, so that its end is
 * one. */
static const struct rank_move foreign[RANK_STATES][RANK_EVENTS] = {
    [RANK_DOWN] = {[RANK_PLACE] = MOVE(RANK_SET, RANK_SEND_ASSIGN)},
    [RANK_SET] = {[RANK_START] = MOVE(RANK_STARTING, RANK_SEND_GO),
                  [RANK_REVOKE] = MOVE(RANK_DOWN, RANK_NOTHING),
                  [RANK_LEAVE] = MOVE(RANK_DOWN, RANK_NOTHING)},
    [RANK_STARTING] = {[RANK_SPAWNED] = MOVE(RANK_RUNNING, RANK_NOTHING),
                       [RANK_REVOKE] = MOVE(RANK_LEAVING, RANK_SEND_REVOKE),
                       [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                       [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_RUNNING] = {[RANK_FINISHED] = MOVE(RANK_DONE, RANK_NOTHING),
                      [RANK_REVOKE] = MOVE(RANK_LEAVING, RANK_SEND_REVOKE),
                      [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                      [RANK_CONDEMNED] = MOVE(RANK_RUNNING, RANK_KILL),
                      [RANK_EXITED] = MOVE(RANK_DOWN, RANK_BLAME)},
    [RANK_DONE] = {[RANK_REVOKE] = MOVE(RANK_DOWN, RANK_NOTHING),
                   [RANK_LEAVE] = MOVE(RANK_DOWN, RANK_NOTHING)},
    [RANK_LEAVING] = {[RANK_LATE] = MOVE(RANK_KILLED, RANK_KILL),
                      [RANK_LEAVE] = MOVE(RANK_ENDING, RANK_SEND_LEAVE),
                      [RANK_EXITED] = MOVE(RANK_DOWN, RANK_NOTHING)},
    [RANK_KILLED] = {[RANK_EXITED] = MOVE(RANK_DOWN, RANK_NOTHING)},
    [RANK_ENDING] =
        {[RANK_LATE] = MOVE(RANK_KILLED, RANK_KILL), [RANK_EXITED] = MOVE(RANK_DOWN, RANK_NOTHING)},
};

struct rank_move rank_move(enum rank_kind kind, enum rank_state state, enum rank_event event)
{
    return kind == RANK_FOREIGN ? foreign[state][event] : native[state][event];
}

bool rank_is_quiet(enum rank_kind kind, enum rank_state state)
{
    if (kind == RANK_FOREIGN)
        return state == RANK_DOWN;
    return state == RANK_DOWN || state == RANK_STARTING || state == RANK_IDLE;
}

bool rank_lives(enum rank_kind kind, enum rank_state state)
{
    if (kind == RANK_FOREIGN && (state == RANK_SET || state == RANK_DONE))
        return false;
    return state != RANK_DOWN;
}

const char *rank_state_name(enum rank_state state)
{
    static const char *const names[] = {"down",
                                        "starting",
                                        "idle",
                                        "placing",
                                        "set",
                                        "running",
                                        "done",
                                        "leaving",
                                        "killed",
                                        "ending"};

    _Static_assert(sizeof names / sizeof *names == RANK_STATES, "one name a state");
    return names[state];
}
