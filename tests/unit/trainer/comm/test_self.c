/* The world of one: results are copies, and an abort is felt by every later operation. */
#include <string.h>

#include "support/check.h"
#include "trainer/comm/comm.h"

static void operations_copy_and_are_counted(void)
{
    struct comm *comm = comm_self_new();
    struct order order = {3, 1};
    float part[3] = {1, 2, 3};
    float *parts[1] = {part};
    float sum[3] = {0};
    char all[4] = "";

    CU_ASSERT(comm->rank == 0 && comm->size == 1 && !strcmp(comm->table->name, "self"));
    CU_ASSERT(comm_all_reduce(comm, &order, parts, sum, 3) == 0 && sum[0] == 1 && sum[2] == 3);
    CU_ASSERT(comm_all_reduce(comm, &order, parts, part, 3) == 0 && part[1] == 2);
    CU_ASSERT(comm_all_reduce(comm, &order, parts, sum, 0) == 0);
    CU_ASSERT(comm_all_gather(comm, "abc", all, 4) == 0 && !strcmp(all, "abc"));
    CU_ASSERT(comm_all_gather(comm, all, all, 4) == 0 && !strcmp(all, "abc"));
    CU_ASSERT(comm_barrier(comm) == 0);
    CU_ASSERT(comm->sequence == 6 && !strcmp(comm_reason(comm), ""));
    comm_free(comm);
}

static void an_abort_breaks_every_later_operation(void)
{
    struct comm *comm = comm_self_new();
    float part[1] = {1};
    float *parts[1] = {part};

    comm_abort(comm, "asked to");
    comm_abort(comm, "again");
    CU_ASSERT(comm_all_reduce(comm, &(struct order){1, 1}, parts, part, 1) == COMM_BROKEN);
    CU_ASSERT(comm_all_gather(comm, part, part, sizeof part) == COMM_BROKEN);
    CU_ASSERT(comm_send(comm, 1, part, sizeof part) == COMM_BROKEN);
    CU_ASSERT(comm_barrier(comm) == COMM_BROKEN);
    CU_ASSERT(!strcmp(comm_reason(comm), "asked to") && comm->sequence == 0);
    comm_free(comm);
}

static void a_peer_that_cannot_be_breaks_it(void)
{
    struct comm *comm = comm_self_new();
    char byte;

    CU_ASSERT(comm_receive(comm, 1, &byte, 1) == COMM_BROKEN && comm->sequence == 0);
    CU_ASSERT(strstr(comm_reason(comm), "no rank 1") != NULL);
    CU_ASSERT(comm_send(comm, 1, "x", 1) == COMM_BROKEN && comm_barrier(comm) == COMM_BROKEN);
    comm_free(comm);
}

SUITE("trainer self",
      {"operations copy and are counted", operations_copy_and_are_counted},
      {"an abort breaks every later operation", an_abort_breaks_every_later_operation},
      {"a peer that cannot be breaks it", a_peer_that_cannot_be_breaks_it})
