/* api_server - an HTTP/1.1 server that answers as the test says. */
#include "support/api_server.h"

#include <errno.h>
#include <http_parser.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/net.h"
#include "base/text.h"

struct connection {
    struct api_call call;
    struct watch watch;
    http_parser parser;
    struct text target;
    struct text field;
    struct text value;
    struct text authorization;
    struct text accept;
    struct text content;
    struct text body;
    struct text output;
    size_t sent;
    bool cut;
};

struct api_server {
    struct loop *loop;
    struct watch watch;
    bool away;
    void (*serve)(void *context, struct api_call *call);
    void *context;
    char url[64];
    struct connection *connections[API_SERVER_CALLS];
    size_t count;
};

static struct connection *connection_of(struct api_call *call)
{
    return (struct connection *)call; /* its first member */
}

static void connection_close(struct connection *connection)
{
    if (connection->call.closed)
        return;
    connection->call.closed = true;
    loop_remove(connection->call.server->loop, &connection->watch);
    close(connection->watch.descriptor);
}

/* Receiving. */

static int begin_take(http_parser *parser)
{
    struct connection *connection = parser->data;

    text_clear(&connection->target);
    text_clear(&connection->field);
    text_clear(&connection->value);
    text_clear(&connection->authorization);
    text_clear(&connection->accept);
    text_clear(&connection->content);
    text_clear(&connection->body);
    return 0;
}

static int target_take(http_parser *parser, const char *at, size_t size)
{
    struct connection *connection = parser->data;

    text_add_bytes(&connection->target, at, size);
    return 0;
}

/* Keeps the header that is complete. */
static void header_keep(struct connection *connection)
{
    const char *field = text_string(&connection->field);

    if (!strcasecmp(field, "Authorization"))
        text_add(&connection->authorization, text_string(&connection->value));
    if (!strcasecmp(field, "Accept"))
        text_add(&connection->accept, text_string(&connection->value));
    if (!strcasecmp(field, "Content-Type"))
        text_add(&connection->content, text_string(&connection->value));
    text_clear(&connection->field);
    text_clear(&connection->value);
}

static int field_take(http_parser *parser, const char *at, size_t size)
{
    struct connection *connection = parser->data;

    if (connection->value.size)
        header_keep(connection);
    text_add_bytes(&connection->field, at, size);
    return 0;
}

static int value_take(http_parser *parser, const char *at, size_t size)
{
    struct connection *connection = parser->data;

    text_add_bytes(&connection->value, at, size);
    return 0;
}

static int headers_end(http_parser *parser)
{
    header_keep(parser->data);
    return 0;
}

static int body_take(http_parser *parser, const char *at, size_t size)
{
    struct connection *connection = parser->data;

    text_add_bytes(&connection->body, at, size);
    return 0;
}

static int message_end(http_parser *parser)
{
    struct connection *connection = parser->data;
    struct api_call *call = &connection->call;

    call->method = http_method_str((enum http_method)parser->method);
    call->target = text_string(&connection->target);
    call->authorization = text_string(&connection->authorization);
    call->accept = text_string(&connection->accept);
    call->content = text_string(&connection->content);
    call->body = text_string(&connection->body);
    call->server->serve(call->server->context, call);
    return 0;
}

static const http_parser_settings settings = {
    .on_message_begin = begin_take,
    .on_url = target_take,
    .on_header_field = field_take,
    .on_header_value = value_take,
    .on_headers_complete = headers_end,
    .on_body = body_take,
    .on_message_complete = message_end,
};

/* Sending. */

static void output_send(struct connection *connection)
{
    struct loop *loop = connection->call.server->loop;
    ssize_t sent = 0;

    if (connection->output.size > connection->sent)
        sent = send(connection->watch.descriptor,
                    connection->output.data + connection->sent,
                    connection->output.size - connection->sent,
                    MSG_NOSIGNAL);
    if (sent > 0)
        connection->sent += (size_t)sent;
    if (connection->sent < connection->output.size && (sent >= 0 || errno == EAGAIN))
        loop_change(loop, &connection->watch, EPOLLIN | EPOLLOUT);
    else if (connection->cut || sent < 0)
        connection_close(connection);
    else
        loop_change(loop, &connection->watch, EPOLLIN);
}

static void connection_ready(void *context, uint32_t events)
{
    struct connection *connection = context;
    char bytes[65536];
    ssize_t got;

    if (events & EPOLLOUT)
        output_send(connection);
    if (connection->call.closed || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    got = recv(connection->watch.descriptor, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got > 0)
        http_parser_execute(&connection->parser, &settings, bytes, (size_t)got);
    if (got <= 0 || HTTP_PARSER_ERRNO(&connection->parser) != HPE_OK)
        connection_close(connection);
}

static void server_accept(void *context, uint32_t events)
{
    struct api_server *server = context;
    struct connection *connection;
    int descriptor = accept4(server->watch.descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int on = 1;

    (void)events;
    if (descriptor < 0)
        return;
    if (server->count == API_SERVER_CALLS)
        abort();
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection = memory_get(1, sizeof *connection);
    connection->call.server = server;
    connection->watch = (struct watch){.call = connection_ready, .context = connection};
    http_parser_init(&connection->parser, HTTP_REQUEST);
    connection->parser.data = connection;
    server->connections[server->count++] = connection;
    if (loop_add(server->loop, &connection->watch, descriptor, EPOLLIN, NULL))
        abort();
}

/* The server. */

static void server_listen(struct api_server *server, const char *address)
{
    int descriptor = net_listen(address, 64, NULL);

    if (descriptor < 0 || loop_add(server->loop, &server->watch, descriptor, EPOLLIN, NULL))
        abort();
}

struct api_server *api_server_start(struct loop *loop,
                                    void (*serve)(void *context, struct api_call *call),
                                    void *context)
{
    struct api_server *server = memory_get(1, sizeof *server);

    server->loop = loop;
    server->serve = serve;
    server->context = context;
    server->watch = (struct watch){.call = server_accept, .context = server};
    server_listen(server, "127.0.0.1:0");
    snprintf(
        server->url, sizeof server->url, "http://127.0.0.1:%d", net_port(server->watch.descriptor));
    return server;
}

void api_server_away(struct api_server *server)
{
    if (server->away)
        return;
    server->away = true;
    loop_remove(server->loop, &server->watch);
    close(server->watch.descriptor);
}

void api_server_back(struct api_server *server)
{
    server->away = false;
    server_listen(server, server->url + strlen("http://"));
}

static void connection_free(struct connection *connection)
{
    connection_close(connection);
    text_done(&connection->target);
    text_done(&connection->field);
    text_done(&connection->value);
    text_done(&connection->authorization);
    text_done(&connection->accept);
    text_done(&connection->content);
    text_done(&connection->body);
    text_done(&connection->output);
    free(connection);
}

void api_server_stop(struct api_server *server)
{
    api_server_away(server);
    for (size_t i = 0; i < server->count; i++)
        connection_free(server->connections[i]);
    free(server);
}

const char *api_server_url(const struct api_server *server)
{
    return server->url;
}

size_t api_server_connections(const struct api_server *server)
{
    return server->count;
}

/* Answers. */

void api_raw(struct api_call *call, const char *bytes, size_t size)
{
    struct connection *connection = connection_of(call);

    if (call->closed)
        return;
    text_add_bytes(&connection->output, bytes, size);
    output_send(connection);
}

void api_answer(struct api_call *call, int status, const char *headers, const char *body)
{
    CLEAN(text) struct text answer = {0};

    text_addf(&answer,
              "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
              status,
              http_status_str((enum http_status)status),
              strlen(body),
              headers,
              body);
    api_raw(call, answer.data, answer.size);
}

void api_stream(struct api_call *call)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    api_raw(call, head, sizeof head - 1);
}

void api_push(struct api_call *call, const char *bytes)
{
    CLEAN(text) struct text chunk = {0};

    text_addf(&chunk, "%zx\r\n%s\r\n", strlen(bytes), bytes);
    api_raw(call, chunk.data, chunk.size);
}

void api_end(struct api_call *call)
{
    api_raw(call, "0\r\n\r\n", 5);
}

void api_cut(struct api_call *call)
{
    connection_of(call)->cut = true;
    if (!call->closed)
        output_send(connection_of(call));
}
