/* transport - HTTP/1.1 and TLS on the program's loop: the only libcurl of the tree, in our words.
 *
 * Connections are kept and used again; a request under way has one of its own. A dead peer is found
 * by TCP (keep-alive after 15 s, unacknowledged data after 30 s), a slow one by the request's
 * time-out. Servers are always verified unless the cluster says insecure. Environment variables for
 * proxies are not followed, nor are redirections. The program must ignore SIGPIPE. */
#ifndef KUBE_TRANSPORT_H
#define KUBE_TRANSPORT_H

#include <stddef.h>

#include "base/error.h"
#include "base/loop.h"
#include "kube/answer.h"
#include "kube/cluster.h"
#include "kube/request.h"

struct transport;
struct transfer;

/* What a transfer tells its owner, never from within a call of this header. */
struct transfer_events {
    /* A stream whose status is 200 brought bytes, valid during the callback. NULL = the whole body
     * is gathered for `ended`. */
    void (*bytes)(void *context, const char *bytes, size_t size);
    /* It is over; comes exactly once and last. The transfer and the answer are invalid after it.
     * The body of a stream that was handed on is empty. */
    void (*ended)(void *context, const struct answer *answer);
};

/* Makes a transport to a cluster that cluster_check has passed; it must outlive the transport.
 * Returns 0; -1 when the library cannot begin. */
int transport_new(struct loop *loop,
                  const struct cluster *cluster,
                  struct transport **transport,
                  struct error *error);

/* Ends it and drops its transfers. NULL is allowed. */
void transport_free(struct transport *transport);

/* Sends a request; `token` goes along as the bearer's unless NULL. Both are copied. Never NULL;
 * every failure comes through `ended`. */
struct transfer *transport_start(struct transport *transport,
                                 const struct request *request,
                                 const char *token,
                                 const struct transfer_events *events,
                                 void *context);

/* Ends the transfer without a further callback; it is invalid after this. May be called from any
 * callback. NULL is allowed. */
void transport_drop(struct transfer *transfer);

#endif
