/* rpc_private - what the files of the gRPC seam share. Nobody else includes it. */
#ifndef WIRE_RPC_PRIVATE_H
#define WIRE_RPC_PRIVATE_H

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <pthread.h>

#include "wire/rpc.h"

#define RPC_HEADER_NAME "authorization"
#define RPC_HEADER_WORD "Bearer "
#define RPC_REASON      256

/* One operation that the library was asked for. `done` runs on the loop. */
struct rpc_operation {
    void (*done)(struct rpc_operation *operation);
    struct rpc_operation *next;
    bool success;
};

struct rpc {
    struct loop *loop;
    struct watch watch; /* eventfd: completions are waiting */
    grpc_completion_queue *queue;
    pthread_t thread;
    pthread_mutex_t mutex; /* over `first` and `last` */
    struct rpc_operation *first;
    struct rpc_operation **last;
    size_t outstanding; /* operations begun whose `done` has not run */
    struct rpc_call *calls;
};

struct rpc_channel {
    struct rpc *rpc;
    grpc_channel *channel;
    char *header; /* "Bearer " and the credential; NULL = none */
};

struct rpc_server {
    struct rpc *rpc;
    grpc_server *server;
    struct rpc_service service;
    struct rpc_papers *papers;
    int port;
    bool stopped;
    bool requesting;              /* `request` is outstanding */
    bool down;                    /* the library has let go of it */
    struct rpc_operation request; /* the next call */
    grpc_call *request_call;
    grpc_call_details details;
    grpc_metadata_array metadata;
    struct rpc_operation shutdown;
};

struct rpc_call {
    struct rpc *rpc;
    struct rpc_server *server; /* NULL on the client */
    grpc_call *call;
    struct rpc_events events;
    void *context;
    char *credential;      /* server: what it came with */
    char *peer;            /* server: whose certificate it came with */
    struct rpc_call *next; /* in rpc->calls */
    struct rpc_call **link;
    size_t outstanding;
    bool greeting; /* client: `header` is sent */
    bool dropped;  /* the owner wants no callbacks */
    bool greeted;  /* initial metadata is sent */
    bool closing;  /* nothing more is to be queued: then say so to the peer */
    bool closed;   /* said */
    bool finished; /* the library says it is over */
    bool receiving;
    bool sending;
    struct rpc_operation greet;
    struct rpc_operation finish;
    struct rpc_operation receive;
    struct rpc_operation send;
    struct rpc_operation close;
    grpc_metadata header; /* client: the credential */
    grpc_metadata_array initial;
    grpc_metadata_array trailing;
    grpc_status_code status;
    grpc_slice details;
    const char *library_reason;
    int cancelled; /* server: the peer went away before our status was sent */
    int end_status;
    char end_reason[RPC_REASON];
    grpc_byte_buffer *received;
    grpc_byte_buffer *queue[RPC_QUEUE];
    size_t queue_first;
    size_t queue_count;
};

/* Counts an operation whose completion will come, and returns its tag. */
void *rpc_begin(struct rpc *rpc, struct rpc_operation *operation);

/* "Bearer " and the credential, for the caller to free. */
char *rpc_header(const char *credential);

/* What a server shows and whom it believes, and its credentials made of it. */
struct rpc_papers;
struct rpc_papers *rpc_papers_new(const struct rpc_identity *identity);
void rpc_papers_set(struct rpc_papers *papers, const struct rpc_identity *identity);
void rpc_papers_free(struct rpc_papers *papers);
grpc_server_credentials *rpc_papers_credentials(struct rpc_papers *papers, bool open);

/* The credentials of a channel. */
grpc_channel_credentials *rpc_identity_credentials(const struct rpc_identity *identity);

/* The name in the certificate that a server's call came with, for the caller to free, or NULL. */
char *rpc_peer_read(grpc_call *call);

/* Makes the call of an accepted grpc_call, of `server`, and starts it. Never NULL. */
struct rpc_call *rpc_call_serve(struct rpc_server *server, grpc_call *call);

#endif
