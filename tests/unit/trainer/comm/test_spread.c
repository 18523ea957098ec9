/* Spreading: everybody is reached, quickly, by the plan and in truth. */
#include "trainer/comm/spread.h"

#include <pthread.h>
#include <string.h>

#include "support/check.h"
#include "support/hub.h"

/* Whether every child of every member has it as its parent, and nobody is left out. */
static int plan_holds(int count)
{
    int reached = 1;
    int right = 1;

    for (int place = 0; place < count; place++) {
        int children[SPREAD_CHILDREN];
        int child_count = spread_children(place, count, children);

        reached += child_count;
        for (int i = 0; i < child_count; i++)
            right &= children[i] < count && spread_parent(children[i]) == place;
    }
    return right && reached == count;
}

static void every_member_is_the_child_of_its_parent(void)
{
    CU_ASSERT(spread_parent(0) == -1);
    for (int count = 1; count <= 70; count++)
        CU_ASSERT(plan_holds(count));
}

static void the_tree_is_as_deep_as_a_logarithm(void)
{
    for (int place = 1; place < 1024; place++) {
        int depth = 0;

        for (int at = place; at > 0; at = spread_parent(at))
            depth++;
        CU_ASSERT(depth <= 10);
    }
}

struct member {
    struct comm *comm;
    const int *members;
    int count;
    int data[3];
    int outcome;
};

static void *member_run(void *context)
{
    struct member *member = context;

    member->outcome =
        spread_run(member->comm, member->members, member->count, member->data, sizeof member->data);
    return NULL;
}

/* Spreads among `count` of 8 ranks with the fault. Returns how many hold the bytes. */
static int spread_all(const int *members, int count, const struct hub_fault *fault, int *broken)
{
    struct hub *hub = hub_new(8, fault);
    struct member all[8];
    pthread_t threads[8];
    int held = 0;

    *broken = 0;
    for (int rank = 0; rank < 8; rank++) {
        all[rank] = (struct member){hub_comm(hub, rank), members, count, {rank, rank, rank}, 0};
        if (rank == members[0])
            memcpy(all[rank].data, (int[]){70, 80, 90}, sizeof all[rank].data);
        CU_ASSERT(pthread_create(&threads[rank], NULL, member_run, &all[rank]) == 0);
    }
    for (int rank = 0; rank < 8; rank++) {
        pthread_join(threads[rank], NULL);
        held += all[rank].data[2] == 90;
        *broken += all[rank].outcome == COMM_BROKEN;
    }
    for (int rank = 0; rank < 8; rank++)
        comm_free(all[rank].comm);
    hub_release(hub);
    return held;
}

static void bytes_reach_the_members_and_nobody_else(void)
{
    static const int everybody[] = {3, 0, 1, 2, 4, 5, 6, 7};
    static const int some[] = {5, 1, 7, 2};
    struct hub_fault none = {0};
    int broken;

    CU_ASSERT(spread_all(everybody, 8, &none, &broken) == 8 && !broken);
    CU_ASSERT(spread_all(some, 4, &none, &broken) == 4 && !broken);
    CU_ASSERT(spread_all(some, 1, &none, &broken) == 1 && !broken);
}

static void a_lost_member_is_an_outcome_of_those_that_wait_for_it(void)
{
    static const int some[] = {0, 1, 2, 3};
    struct hub_fault fault = {HUB_FAULT_BEFORE, 1, 2};
    int broken;

    CU_ASSERT(spread_all(some, 4, &fault, &broken) < 4);
    CU_ASSERT(broken >= 2);
}

SUITE("trainer comm spread",
      {"every member is the child of its parent", every_member_is_the_child_of_its_parent},
      {"the tree is as deep as a logarithm", the_tree_is_as_deep_as_a_logarithm},
      {"bytes reach the members and nobody else", bytes_reach_the_members_and_nobody_else},
      {"a lost member is an outcome of those that wait for it",
       a_lost_member_is_an_outcome_of_those_that_wait_for_it})
