/* team - threads that meet over loopback. */
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support/check.h"
#include "support/fault.h"

void team_listen(struct team *team)
{
    for (int i = 0; i < team->size; i++) {
        struct team_member *member = &team->members[i];

        *member = (struct team_member){.team = team, .rank = i, .watch = {.descriptor = -1}};
        member->listener = tcp_listen("127.0.0.1", &team->blobs[i], &member->error);
        CU_ASSERT_FATAL(member->listener != NULL);
    }
}

void team_connect(struct team_member *member)
{
    struct tcp_meeting meeting = {.rank = member->rank,
                                  .size = member->team->size,
                                  .generation = 7,
                                  .blobs = member->team->blobs,
                                  .timeout = member->team->timeout,
                                  .watch = member->watch};

    member->outcome = tcp_connect(member->listener, &meeting, &member->comm, &member->error);
    member->listener = NULL;
    TEAM_CHECK(member, member->outcome ? !member->comm && member->error.text[0] : !!member->comm);
}

static int team_over(void *context)
{
    struct team *team = context;

    return team->over;
}

static void team_revoke(struct team *team)
{
    uint64_t one = 1;

    team->over = 1;
    if (team->fault && write(team->bell, &one, sizeof one) != sizeof one)
        abort();
}

static void *member_run(void *context)
{
    struct team_member *member = context;
    bool faulty = member->team->fault && member->rank == 0;

    if (faulty)
        fault_arm(FAULT_OUTCOMES, member->team->fault);
    team_connect(member);
    if (member->comm)
        member->team->play(member);
    else
        team_revoke(member->team);
    if (faulty)
        member->team->fired = fault_disarm();
    comm_free(member->comm);
    member->comm = NULL;
    return NULL;
}

void team_run(struct team *team)
{
    if (team->fault) {
        team->bell = eventfd(0, EFD_CLOEXEC);
        for (int i = 0; i < team->size; i++)
            team->members[i].watch = (struct comm_watch){team->bell, team_over, team};
    }
    for (int i = 0; i < team->size; i++)
        CU_ASSERT_FATAL(
            pthread_create(&team->members[i].thread, NULL, member_run, &team->members[i]) == 0);
    for (int i = 0; i < team->size; i++)
        pthread_join(team->members[i].thread, NULL);
    if (team->fault)
        close(team->bell);
}

void team_check(struct team_member *member, bool holds, const char *condition)
{
    if (!holds && !member->failed)
        member->failed = condition;
}

const char *team_failed(const struct team *team)
{
    for (int i = 0; i < team->size; i++) {
        if (team->members[i].failed)
            return team->members[i].failed;
    }
    return NULL;
}

void team_assert(const struct team *team)
{
    const char *failed = team_failed(team);

    if (failed)
        printf("\n      %s\n", failed);
    CU_ASSERT(!failed);
}
