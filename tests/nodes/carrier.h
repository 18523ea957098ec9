/* carrier - the wires between the machines of the tests: a loop that takes each packet from the
 * machine that sent it and hands it to the one it is for, unless the path between them is
 * disturbed.
 *
 * A kernel need not know netem for this: packets are lost and late here. */
#ifndef NODES_CARRIER_H
#define NODES_CARRIER_H

#include <stdatomic.h>
#include <stdint.h>

#define CARRIER_MACHINES 8
#define CARRIER_ALL      1000 /* a path that loses so many of a thousand packets loses all */

/* From one machine to another. Written by the tests while the carrier reads, but for `lost`. */
struct carrier_path {
    _Atomic uint32_t loss;  /* so many of a thousand packets are lost, by chance */
    _Atomic int64_t delay;  /* nanoseconds */
    _Atomic uint32_t epoch; /* connections that began in an earlier one are lost */
    _Atomic uint64_t lost;  /* packets, so far */
};

/* All paths, in memory that the tests and the carrier share. */
struct carrier_paths {
    struct carrier_path from_to[CARRIER_MACHINES][CARRIER_MACHINES];
};

/* Carries IPv4 packets between `count` tun devices until the process is ended. The last byte of an
 * address is the number of the machine, from 1. */
void carrier_run(const int *devices, uint32_t count, struct carrier_paths *paths, uint64_t seed);

#endif
