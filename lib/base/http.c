/* http - a server of GET and HEAD for metrics and health. */
#include "base/http.h"

#include <errno.h>
#include <http_parser.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/net.h"

#define PATIENCE CLOCK_SECONDS(5)

struct http_connection {
    struct http_server *server;
    struct watch watch;
    struct timer patience;
    bool used;
    char input[HTTP_LIMIT];
    size_t input_size;
    struct text output;
    size_t sent;
};

struct http_server {
    struct loop *loop;
    struct watch watch;
    struct http_service service;
    struct http_connection connections[HTTP_CONNECTIONS];
};

/* Parsing: the whole request so far is read again at each call, which is bounded and keeps no
 * state. */

struct parse {
    struct http_request *request;
    char url[HTTP_PATH];
    size_t url_size;
    bool too_long;
    bool complete;
};

static int parse_url(http_parser *parser, const char *at, size_t length)
{
    struct parse *parse = parser->data;

    if (parse->url_size + length >= sizeof parse->url) {
        parse->too_long = true;
        return 0;
    }
    memcpy(parse->url + parse->url_size, at, length);
    parse->url_size += length;
    return 0;
}

static int parse_complete(http_parser *parser)
{
    struct parse *parse = parser->data;

    parse->complete = true;
    http_parser_pause(parser, 1);
    return 0;
}

/* Takes the path out of the request target. Returns the status code, 0 for success. */
static int path_take(const struct parse *parse, struct http_request *request)
{
    struct http_parser_url url;
    size_t length;

    if (parse->too_long)
        return 414;
    http_parser_url_init(&url);
    if (http_parser_parse_url(parse->url, parse->url_size, 0, &url) ||
        !(url.field_set & (1 << UF_PATH)) || parse->url[url.field_data[UF_PATH].off] != '/')
        return 400;
    length = url.field_data[UF_PATH].len;
    memcpy(request->path, parse->url + url.field_data[UF_PATH].off, length);
    request->path[length] = '\0';
    return 0;
}

int http_read(const char *bytes, size_t size, struct http_request *request)
{
    struct parse parse = {.request = request};
    http_parser_settings settings = {.on_url = parse_url, .on_message_complete = parse_complete};
    http_parser parser;

    *request = (struct http_request){0};
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &parse;
    http_parser_execute(&parser, &settings, bytes, size);
    if (HTTP_PARSER_ERRNO(&parser) != HPE_OK && HTTP_PARSER_ERRNO(&parser) != HPE_PAUSED) {
        request->status = 400;
        return 0;
    }
    if (!parse.complete) {
        request->status = 431;
        return size < HTTP_LIMIT;
    }
    request->head = parser.method == HTTP_HEAD;
    request->status = parser.method == HTTP_GET || request->head ? path_take(&parse, request) : 405;
    return 0;
}

/* The server. */

static void connection_close(struct http_connection *connection)
{
    struct loop *loop = connection->server->loop;

    loop_cancel(loop, &connection->patience);
    loop_remove(loop, &connection->watch);
    close(connection->watch.descriptor);
    text_done(&connection->output);
    connection->used = false;
}

static void connection_late(void *context)
{
    connection_close(context);
}

static int service_fill(const struct http_service *service,
                        const char *path,
                        struct text *body,
                        const char **type)
{
    for (size_t i = 0; i < service->route_count; i++) {
        if (!strcmp(service->routes[i].path, path)) {
            *type = service->routes[i].type;
            return service->routes[i].fill(service->context, body);
        }
    }
    return 404;
}

static void connection_answer(struct http_connection *connection,
                              const struct http_request *request)
{
    CLEAN(text) struct text body = {0};
    const char *type = "text/plain; charset=utf-8";
    int status = request->status;

    if (!status)
        status = service_fill(&connection->server->service, request->path, &body, &type);
    if (!body.size)
        text_addf(&body, "%s\n", http_status_str((enum http_status)status));
    text_addf(&connection->output,
              "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
              "Connection: close\r\n\r\n",
              status,
              http_status_str((enum http_status)status),
              type,
              body.size,
              status == 405 ? "Allow: GET, HEAD\r\n" : "");
    if (!request->head)
        text_add_bytes(&connection->output, body.data, body.size);
    loop_change(connection->server->loop, &connection->watch, EPOLLOUT);
}

static void connection_send(struct http_connection *connection)
{
    ssize_t sent = send(connection->watch.descriptor,
                        connection->output.data + connection->sent,
                        connection->output.size - connection->sent,
                        MSG_NOSIGNAL);

    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (sent > 0)
        connection->sent += (size_t)sent;
    if (sent < 0 || connection->sent == connection->output.size)
        connection_close(connection);
}

static void connection_ready(void *context, uint32_t events)
{
    struct http_connection *connection = context;
    struct http_request request;
    ssize_t got;

    if (connection->output.size) {
        if (events & (EPOLLERR | EPOLLHUP))
            connection_close(connection);
        else
            connection_send(connection);
        return;
    }
    got = recv(connection->watch.descriptor,
               connection->input + connection->input_size,
               sizeof connection->input - connection->input_size,
               0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        connection_close(connection);
        return;
    }
    connection->input_size += (size_t)got;
    if (http_read(connection->input, connection->input_size, &request) == 0)
        connection_answer(connection, &request);
}

static struct http_connection *connection_unused(struct http_server *server)
{
    for (size_t i = 0; i < HTTP_CONNECTIONS; i++) {
        if (!server->connections[i].used)
            return &server->connections[i];
    }
    return NULL;
}

static void server_accept(void *context, uint32_t events)
{
    struct http_server *server = context;
    struct http_connection *connection = connection_unused(server);
    int descriptor = accept4(server->watch.descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    (void)events;
    if (descriptor < 0)
        return;
    if (!connection) {
        close(descriptor);
        return;
    }
    connection->server = server;
    connection->watch = (struct watch){.call = connection_ready, .context = connection};
    connection->patience = (struct timer){.call = connection_late, .context = connection};
    connection->input_size = 0;
    connection->sent = 0;
    if (loop_add(server->loop, &connection->watch, descriptor, EPOLLIN, NULL)) {
        close(descriptor);
        return;
    }
    connection->used = true;
    loop_timer(server->loop, &connection->patience, clock_now() + PATIENCE);
}

int http_start(struct loop *loop,
               const char *address,
               const struct http_service *service,
               struct http_server **server,
               struct error *error)
{
    int descriptor = net_listen(address, HTTP_CONNECTIONS, error);
    struct http_server *fresh;

    if (descriptor < 0)
        return -1;
    fresh = memory_get(1, sizeof *fresh);
    fresh->loop = loop;
    fresh->service = *service;
    fresh->watch = (struct watch){.call = server_accept, .context = fresh};
    if (loop_add(loop, &fresh->watch, descriptor, EPOLLIN, error)) {
        close(descriptor);
        free(fresh);
        return -1;
    }
    *server = fresh;
    return 0;
}

void http_stop(struct http_server *server)
{
    if (!server)
        return;
    for (size_t i = 0; i < HTTP_CONNECTIONS; i++) {
        if (server->connections[i].used)
            connection_close(&server->connections[i]);
    }
    loop_remove(server->loop, &server->watch);
    close(server->watch.descriptor);
    free(server);
}

int http_port(const struct http_server *server)
{
    return net_port(server->watch.descriptor);
}
