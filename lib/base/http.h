/* http - a server of GET and HEAD for metrics and health, on the loop.
 *
 * It answers one request a connection and closes it. A client that is slow, asks too much or does
 * not speak HTTP loses its connection and nothing else. Parsing is http_parser's. */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/text.h"

#define HTTP_CONNECTIONS 16
#define HTTP_LIMIT       8192 /* most bytes of a request */
#define HTTP_PATH        256

/* One path: `fill` adds the body and returns the status code (200, 503, ...). */
struct http_route {
    const char *path;
    const char *type; /* of the content */
    int (*fill)(void *context, struct text *body);
};

/* What is served. The table and the context must outlive the server. */
struct http_service {
    const struct http_route *routes;
    size_t route_count;
    void *context;
};

/* What was asked. */
struct http_request {
    char path[HTTP_PATH]; /* without the query */
    bool head;            /* the reply goes without its body */
    int status;           /* 0, or the status code of the refusal */
};

struct http_server;

/* Listens on `address` ("127.0.0.1:0", "[::]:9400"). Returns 0 and the server, ended with
 * http_stop; -1 when it cannot listen. */
int http_start(struct loop *loop,
               const char *address,
               const struct http_service *service,
               struct http_server **server,
               struct error *error);
void http_stop(struct http_server *server);

/* The port it listens on. */
int http_port(const struct http_server *server);

/* Reads a request from its first `size` bytes. Returns 0 when `request` is complete (also when it
 * is to be refused: see its status), 1 when more bytes are needed. */
int http_read(const char *bytes, size_t size, struct http_request *request);

#endif
