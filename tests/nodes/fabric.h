/* fabric - machines as network namespaces, and a network between them that tests disturb.
 *
 * A machine has the address 10.77.0.N, N being its index + 1, and nothing of it is seen outside:
 * run within namespaces of its own (run.sh), nothing is left of it either. */
#ifndef NODES_FABRIC_H
#define NODES_FABRIC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "carrier.h"

#define FABRIC_EVERY UINT32_MAX /* in the place of a machine: each of them */

struct fabric {
    uint32_t count;
    int home;                         /* descriptors of namespaces: the tests' own */
    int namespaces[CARRIER_MACHINES]; /* and those of the machines */
    struct carrier_paths *paths;
    pid_t carrier;
};

/* Makes so many machines. That of index N can be entered as the file `directory`/machine-N. Returns
 * 0, or -1. What was made lives as long as this process and its children. */
int fabric_open(struct fabric *fabric,
                uint32_t count,
                const char *directory,
                uint64_t seed,
                struct error *error);

/* From here on this process is on that machine, until fabric_leave. Its children stay. */
void fabric_enter(const struct fabric *fabric, uint32_t machine);
void fabric_leave(const struct fabric *fabric);

/* Takes the machine's interface down, or up again. */
void fabric_link(const struct fabric *fabric, uint32_t machine, bool up);

/* So many of a thousand packets from one machine to another are lost from here on. */
void fabric_lose(struct fabric *fabric, uint32_t from, uint32_t to, uint32_t thousandths);

/* Packets take so many nanoseconds. */
void fabric_delay(struct fabric *fabric, uint32_t from, uint32_t to, int64_t delay);

/* Connections between the machine and others that exist are silently lost; new ones are not. So
 * does a router that was started anew. */
void fabric_forget(struct fabric *fabric, uint32_t machine);

/* Nothing is lost from here on but what was forgotten. Delays stay, and links. */
void fabric_heal(struct fabric *fabric);

/* How many packets were lost so far. */
uint64_t fabric_lost(const struct fabric *fabric);

#endif
