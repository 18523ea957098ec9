/* tcp_meet - how the ranks of a generation find each other: every rank dials all lower ones and
 * lets in all higher ones that know its secret. */
#ifndef TRAINER_TCP_MEET_H
#define TRAINER_TCP_MEET_H

#include "trainer/comm/tcp.h"

/* Meets at the listener, which stays the caller's. Fills sockets[0 .. size-1] with a connected,
 * non-blocking socket for every other rank and -1 at the own place; they are the caller's. A socket
 * that is closed, also by the end of the process, resets its connection at once (SO_LINGER).
 * Returns as tcp_connect does. */
int tcp_meet(const struct tcp_listener *listener,
             const struct tcp_meeting *meeting,
             int *sockets,
             struct error *error);

#endif
