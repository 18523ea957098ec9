/* tcp_wait - waits for sockets, and with them for the deadline and the watch of a communicator. */
#ifndef TRAINER_TCP_WAIT_H
#define TRAINER_TCP_WAIT_H

#include <poll.h>
#include <stdint.h>

#include "base/error.h"
#include "trainer/comm/comm.h"

/* Outcomes beside 0 and negative. */
#define TCP_WAIT_LATE    1 /* the deadline has passed */
#define TCP_WAIT_REVOKED 2

/* Waits until one of polls[1] .. polls[count-1] is ready; polls[0] is used for the watch. Returns 0
 * with their `revents`, TCP_WAIT_LATE, TCP_WAIT_REVOKED, or -1 when the kernel refuses. */
int tcp_wait(struct pollfd *polls,
             size_t count,
             const struct comm_watch *watch,
             int64_t deadline,
             struct error *error);

/* Whether the generation is over. */
int tcp_revoked(const struct comm_watch *watch);

#endif
