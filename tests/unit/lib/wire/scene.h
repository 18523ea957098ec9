/* scene - two ends of calls on one loop: a server with a few methods, and one client.
 *
 *   /test/Echo     sends back what comes, until the client or the test ends the call
 *   /test/Unary    sends back one message and ends the call with RPC_OK
 *   /test/Refuse   ends the call with RPC_REFUSED before it has begun */
#ifndef UNIT_SCENE_H
#define UNIT_SCENE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/loop.h"
#include "wire/rpc.h"

#define SCENE_SECRET "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* A server that echoes, and one client. */
struct scene {
    struct loop loop;
    struct rpc *rpc;
    struct rpc_server *server;
    struct rpc_channel *channel;
    struct rpc_call *served; /* the newest call of the server */
    struct timer guard;
    int opened;
    int server_ended;
    int server_status;
    int received;
    size_t received_bytes;
    char last[64];
    int ended;
    int status;
    char reason[128];
    int want;             /* stop the loop after so many messages */
    bool drop_on_message; /* the client drops its call in its callback */
};

/* The methods above, for a second server. */
struct rpc_service scene_service(struct scene *scene);

/* Serves, and dials with that secret. */
void scene_begin(struct scene *scene, const char *secret);

/* Puts another server, with that secret, in the place of the first, and dials it with the secret of
 * all scenes. */
void scene_replace(struct scene *scene, const struct rpc_service *service, const char *secret);

/* Serves until the client's call has ended or `want` says so. */
void scene_run(struct scene *scene);
void scene_end(struct scene *scene);

/* Opens a call of the client, without a deadline; or with one, on clock_now's scale. */
struct rpc_call *scene_open(struct scene *scene, const char *path);
struct rpc_call *scene_open_until(struct scene *scene, const char *path, int64_t due);

#endif
