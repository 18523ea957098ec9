/* hub - communicators in memory: the ranks are threads of a test, and a rank can be made to fail.
 */
#ifndef SUPPORT_HUB_H
#define SUPPORT_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include "trainer/comm/comm.h"

/* What a fault does to the operation it hits. Either way the hub is broken afterwards. */
enum hub_fault_kind {
    HUB_FAULT_BEFORE, /* the rank does not take part: nobody can finish */
    HUB_FAULT_AFTER   /* the rank took part and did not learn of it: the others finish */
};

/* The operation number `operation` (from 1) of rank `rank` fails. `operation` 0 = no fault. */
struct hub_fault {
    enum hub_fault_kind kind;
    int rank;
    uint64_t operation;
};

struct hub;

/* Makes a hub for `size` ranks. Freed when every communicator and the maker have let go. */
struct hub *hub_new(int size, const struct hub_fault *fault);
void hub_release(struct hub *hub);

/* The communicator of a rank; ask once for each. Freed with comm_free, which the others see as a
 * loss. */
struct comm *hub_comm(struct hub *hub, int rank);

#endif
