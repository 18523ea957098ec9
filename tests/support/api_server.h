/* api_server - an HTTP/1.1 server on the test's own loop, that answers as the test says.
 *
 * It stands in for the API server: answers come whole, in pieces, too late, cut off or never. */
#ifndef SUPPORT_API_SERVER_H
#define SUPPORT_API_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"

#define API_SERVER_CALLS 256

struct api_server;

/* One connection and the request that it carries now. Its texts are valid until it is answered, the
 * call itself until the server is stopped. */
struct api_call {
    struct api_server *server;
    const char *method;
    const char *target;
    const char *authorization; /* header, or "" */
    const char *accept;        /* the same */
    const char *content;       /* Content-Type, or "" */
    const char *body;
    bool closed; /* the client has gone, or we have */
};

/* Serves on the loopback interface. `serve` is told of each request and answers it now or later. */
struct api_server *api_server_start(struct loop *loop,
                                    void (*serve)(void *context, struct api_call *call),
                                    void *context);
void api_server_stop(struct api_server *server);

/* "http://127.0.0.1:PORT" */
const char *api_server_url(const struct api_server *server);

/* How many connections were accepted. */
size_t api_server_connections(const struct api_server *server);

/* Stops listening, so that new connections are refused; and listens on the same port again. */
void api_server_away(struct api_server *server);
void api_server_back(struct api_server *server);

/* Answers. `headers` is "" or whole lines with their ends. */
void api_answer(struct api_call *call, int status, const char *headers, const char *body);

/* Sends these bytes as they are. */
void api_raw(struct api_call *call, const char *bytes, size_t size);

/* Begins an answer 200 without an end; adds to it; ends it in order. */
void api_stream(struct api_call *call);
void api_push(struct api_call *call, const char *bytes);
void api_end(struct api_call *call);

/* Closes the connection when what was sent before is out. */
void api_cut(struct api_call *call);

#endif
