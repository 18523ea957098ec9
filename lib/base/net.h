/* net - addresses in the form "host:port" with numeric hosts, and sockets on them. */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <sys/socket.h>

#include "base/error.h"

#define NET_ADDRESS 80 /* more than the longest "[v6]:port" and its zero byte */

/* A socket address with its length. */
struct net_address {
    struct sockaddr_storage storage;
    socklen_t size;
};

/* Reads "127.0.0.1:80" or "[::1]:80". Names are refused: the agents need no resolver. So is IPv6
 * without brackets, whose end could be the port. Returns 0 or -1. */
int net_parse(const char *text, struct net_address *address, struct error *error);

/* Writes the host of "host:port", a numeric address or a name, without brackets; "" where `address`
 * has another form. */
void net_host(const char *address, char host[NET_ADDRESS]);

/* Opens a listening, non-blocking, close-on-exec socket. Returns it, owned by the caller, or -1. */
int net_listen(const char *address, int backlog, struct error *error);

/* The port a socket is bound to, or -1. */
int net_port(int descriptor);

/* Begins to connect a new non-blocking, close-on-exec socket with TCP_NODELAY. Returns it, owned by
 * the caller (its outcome shows as writability and SO_ERROR), or -1. */
int net_connect(const char *address, struct error *error);

#endif
