/* client - sends requests to one API server: who we are, how many at once, and when not.
 *
 * Writes go out in order, as many at a time as the window allows (kube/window.h); when the server
 * asks to wait, they wait. A 401 makes the token be read again and the request, which the server
 * has not looked at, be sent once more. Nothing else is tried again here: whoever decides is told
 * and decides anew. */
#ifndef KUBE_CLIENT_H
#define KUBE_CLIENT_H

#include <stddef.h>

#include "base/error.h"
#include "base/loop.h"
#include "kube/answer.h"
#include "kube/cluster.h"
#include "kube/request.h"

struct client;
struct client_call;

/* What a call tells its owner, never from within a call of this header. */
struct client_events {
    /* REQUEST_STREAM alone: bytes of the stream, valid during the callback. */
    void (*bytes)(void *context, const char *bytes, size_t size);
    /* It is over; comes exactly once and last. Call and answer are invalid after it. */
    void (*ended)(void *context, const struct answer *answer);
};

/* Counted since the client was made, for metrics. */
struct client_counts {
    unsigned long sent;
    unsigned long answered[ANSWER_CLASSES];
    unsigned window;    /* writes that may be under way now */
    unsigned under_way; /* writes that are */
    unsigned waiting;   /* writes that are not yet */
};

/* Makes a client of a cluster, which it takes over when it succeeds. Nothing is sent yet. Returns
 * 0, or -1. client_free is owed. */
int client_new(struct loop *loop,
               struct cluster *cluster,
               struct client **client,
               struct error *error);

/* Drops all calls. Not to be called from a callback of the client. NULL is allowed. */
void client_free(struct client *client);

/* The loop it was made on. */
struct loop *client_loop(const struct client *client);

/* The namespace of the cluster's context, or NULL. */
const char *client_space(const struct client *client);

/* Sends a request, which it takes over and leaves zeroed. Never NULL; every failure comes through
 * `ended`. */
struct client_call *client_send(struct client *client,
                                struct request *request,
                                const struct client_events *events,
                                void *context);

/* Ends the call without a further callback; it is invalid after this. The server may have done what
 * was asked, or do it yet. May be called from any callback. NULL is allowed. */
void client_drop(struct client_call *call);

void client_count(const struct client *client, struct client_counts *counts);

#endif
