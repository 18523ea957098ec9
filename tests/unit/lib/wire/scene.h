/* scene - two ends of calls on one loop: a server with a few methods, and one client.
 *
 *   /test/Echo     sends back what comes, until the client or the test ends the call
 *   /test/Silent   takes what comes and says nothing
 *   /test/Unary    sends back one message and ends the call with RPC_OK
 *   /test/Empty    ends the call with RPC_OK at the first message
 *   /test/Rue      sends back one message and then ends the call with RPC_EXHAUSTED
 *   /test/Refuse   ends the call with RPC_REFUSED before it has begun
 *   /test/Explain  the same with a reason of 599 bytes that begins with SCENE_EXPLAINED */
#ifndef UNIT_SCENE_H
#define UNIT_SCENE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/loop.h"
#include "support/passport.h"
#include "wire/rpc.h"

#define SCENE_SERVER    "server.example"
#define SCENE_CLIENT    "client.example"
#define SCENE_EXPLAINED "line one\nline 2: 100 % \xc3\xa9 "

/* A server that echoes, and one client. */
struct scene {
    struct loop loop;
    struct rpc *rpc;
    struct rpc_server *server;
    struct rpc_channel *channel;
    struct passport identity; /* of the server */
    struct passport client;
    struct rpc_call *served; /* the newest call of the server */
    struct timer guard;
    int opened;
    int server_ended;
    int server_status;
    size_t server_received_bytes; /* by /test/Silent */
    size_t end_when_received;     /* /test/Silent ends well at so many bytes; 0 = never */
    int received;
    size_t received_bytes;
    char last[64];
    int ended;
    int status;
    char reason[128];
    int want;              /* stop the loop after so many messages */
    bool stop_when_opened; /* stop the loop when /test/Echo or /test/Silent has begun */
    bool drop_on_message;  /* the client drops its call in its callback */
};

/* The methods above, for a second server. */
struct rpc_service scene_service(struct scene *scene);

/* Serves, and dials. */
void scene_begin(struct scene *scene);

/* Puts another server in the place of the first, and dials it. */
void scene_replace(struct scene *scene, const struct rpc_service *service);

/* Dials the server anew, by that name and as that identity. */
void scene_dial(struct scene *scene, const char *name, const struct rpc_identity *identity);

/* Serves until the client's call has ended or `want` says so. */
void scene_run(struct scene *scene);
void scene_end(struct scene *scene);

/* Opens a call of the client, without a deadline; or with one, on clock_now's scale. */
struct rpc_call *scene_open(struct scene *scene, const char *path);
struct rpc_call *scene_open_until(struct scene *scene, const char *path, int64_t due);

#endif
