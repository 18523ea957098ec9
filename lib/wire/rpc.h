/* rpc - remote calls on the program's loop: the only gRPC of the tree, in our words.
 *
 * A call is one stream of messages in each direction; a unary call is a stream with one message
 * each way. The library's thread waits for completions and hands them to the loop; every callback
 * below runs on the loop. Every connection is TLS: a client believes a server only that has a
 * certificate of the name it has dialled; a server lets in only whoever has a certificate, too, or,
 * if it is open, also whoever has none, and its handlers look at the credential of the call. */
#ifndef WIRE_RPC_H
#define WIRE_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"

#define RPC_MESSAGE (1u << 20) /* most bytes of a message */
#define RPC_QUEUE   64         /* most messages waiting to be sent on one call */
#define RPC_TOKEN   8192       /* most bytes of a credential */

/* The status codes of gRPC that have a meaning here. */
enum rpc_status {
    RPC_OK = 0,
    RPC_CANCELLED = 1,
    RPC_DEADLINE = 4,
    RPC_NOT_FOUND = 5,
    RPC_DENIED = 7,
    RPC_EXHAUSTED = 8,
    RPC_REFUSED = 9,
    RPC_UNIMPLEMENTED = 12,
    RPC_UNAVAILABLE = 14,
    RPC_UNAUTHENTICATED = 16
};

/* Who speaks, and whom it believes: PEM texts as of wire/certificate.h. */
struct rpc_identity {
    const char *key;         /* NULL = it shows no certificate, as a client may; nor is there one */
    const char *certificate; /* with those behind it that vouch for its issuer */
    const char *trust;       /* of the authorities that a peer's certificate must be from */
};

struct rpc;
struct rpc_server;
struct rpc_channel;
struct rpc_call;

/* What a call tells its owner. */
struct rpc_events {
    /* A message came; `data` is valid during the callback. */
    void (*message)(void *context, struct rpc_call *call, const void *data, size_t size);
    /* The call is over; comes exactly once and last, and `call` is invalid after it. On the
     * server `status` is RPC_OK when our status was sent, else RPC_CANCELLED. */
    void (*ended)(void *context, struct rpc_call *call, int status, const char *reason);
};

/* Starts the library on a loop. Returns NULL when it cannot. rpc_free is owed. */
struct rpc *rpc_new(struct loop *loop, struct error *error);

/* The loop it was started on. */
struct loop *rpc_loop(const struct rpc *rpc);

/* Ends the library; blocks until it has let go of everything. Servers must be stopped, channels
 * freed and calls ended or dropped before; their callbacks do not come any more. */
void rpc_free(struct rpc *rpc);

/* One method of a server. `opened` must call rpc_accept, or refuse with rpc_end. */
struct rpc_method {
    const char *path; /* "/muster.Directory/Enroll" */
    void (*opened)(void *context, struct rpc_call *call);
};

/* What is served. Tables and context must outlive the server. */
struct rpc_service {
    const struct rpc_method *methods;
    size_t method_count;
    void *context;
    bool open; /* clients without a certificate are let in */
    int idle;  /* milliseconds after which a connection without calls is ended; 0 = never */
};

/* Listens on the numeric `address` ("127.0.0.1:0") as `identity`, which is copied. Returns NULL
 * when it cannot. */
struct rpc_server *rpc_serve(struct rpc *rpc,
                             const char *address,
                             const struct rpc_identity *identity,
                             const struct rpc_service *service,
                             struct error *error);

/* Connections that begin from now on are served as this one, which is copied. */
void rpc_server_identity(struct rpc_server *server, const struct rpc_identity *identity);

/* The port it listens on. */
int rpc_port(const struct rpc_server *server);

/* Cancels every call of the server and forgets it. No callback of its calls comes any more. */
void rpc_stop(struct rpc_server *server);

/* Gives an opened call its owner. */
void rpc_accept(struct rpc_call *call, const struct rpc_events *events, void *context);

/* The credential that a server's call came with, "" when with none. Valid until it has ended. */
const char *rpc_credential(const struct rpc_call *call);

/* The first DNS name in the certificate that a server's call came with, "" when with none. Valid
 * until it has ended. */
const char *rpc_peer(const struct rpc_call *call);

/* A way to the one peer at `address` whose certificate has the DNS name `name`, as `identity`,
 * which is copied. Connecting begins with the first call; a peer that refuses, or is somebody else,
 * ends the call with RPC_UNAVAILABLE at once. Never NULL. */
struct rpc_channel *rpc_dial(struct rpc *rpc,
                             const char *address,
                             const char *name,
                             const struct rpc_identity *identity);

/* Later calls carry this credential. */
void rpc_channel_credential(struct rpc_channel *channel, const char *credential);

/* Forgets the channel. Its calls must be over or dropped. NULL is allowed. */
void rpc_hang_up(struct rpc_channel *channel);

/* Opens a call. `due` is its deadline on clock_now's scale (CLOCK_NEVER = none). Never NULL; every
 * failure comes through `ended`. */
struct rpc_call *rpc_open(struct rpc_channel *channel,
                          const char *path,
                          int64_t due,
                          const struct rpc_events *events,
                          void *context);

/* Queues a copy of the message. Returns 0, or 1 when RPC_QUEUE messages are waiting, the message is
 * larger than RPC_MESSAGE, or the call is over. */
int rpc_send(struct rpc_call *call, const void *data, size_t size);

/* Client: no more messages will be sent, after those that are queued. */
void rpc_close(struct rpc_call *call);

/* Server: sends what is queued, then this status. Client: cancels. `ended` comes. */
void rpc_end(struct rpc_call *call, int status, const char *reason);

/* Ends the call without any further callback; it is invalid after this. NULL is allowed. */
void rpc_drop(struct rpc_call *call);

#endif
