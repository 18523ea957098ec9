/* The server: requests are read strictly, clients cannot hurt each other, and replies are whole. */
#include "base/http.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/net.h"
#include "support/check.h"
#include "support/fault.h"

/* Reading. */

#define MORE (-1)

static void requests_are_read_strictly(void)
{
    static const struct {
        const char *bytes;
        int status; /* MORE = not complete */
        const char *path;
    } rows[] = {
        {"", MORE, ""},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\n", MORE, ""},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", 0, "/metrics"},
        {"GET / HTTP/1.0\r\n\r\n", 0, "/"},
        {"GET /a/b?c=d&e HTTP/1.1\r\n\r\n", 0, "/a/b"},
        {"GET http://host:80/x HTTP/1.1\r\n\r\n", 0, "/x"},
        {"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", 0, "/a"},
        {"HEAD /metrics HTTP/1.1\r\n\r\n", 0, "/metrics"},
        {"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", MORE, ""},
        {"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405, ""},
        {"DELETE /x HTTP/1.1\r\n\r\n", 405, ""},
        {"CONNECT a:80 HTTP/1.1\r\n\r\n", 405, ""},
        {"OPTIONS * HTTP/1.1\r\n\r\n", 405, ""},
        {"GET * HTTP/1.1\r\n\r\n", 400, ""},
        {"GET metrics HTTP/1.1\r\n\r\n", 400, ""},
        {"GET  HTTP/1.1\r\n\r\n", 400, ""},
        {"get / HTTP/1.1\r\n\r\n", 400, ""},
        {"\x16\x03\x01\x02", 400, ""}, /* TLS */
        {"GET / XTTP/1.1\r\n\r\n", 400, ""},
        {"GET / HTTP/1.1\r\nBad Header\r\n\r\n", 400, ""},
        {"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_request request;
        int outcome = http_read(rows[i].bytes, strlen(rows[i].bytes), &request);

        CU_ASSERT(outcome == (rows[i].status == MORE));
        CU_ASSERT(outcome || request.status == rows[i].status);
        CU_ASSERT(outcome || request.status || !strcmp(request.path, rows[i].path));
    }
}

static void what_is_too_long_is_refused(void)
{
    CLEAN(text) struct text line = {0};
    CLEAN(text) struct text headers = {0};
    struct http_request request;

    text_add(&line, "GET /");
    while (line.size < HTTP_PATH + 4)
        text_add(&line, "x");
    text_add(&line, " HTTP/1.1\r\n\r\n");
    CU_ASSERT(http_read(line.data, line.size, &request) == 0 && request.status == 414);
    text_add(&headers, "GET / HTTP/1.1\r\n");
    while (headers.size < HTTP_LIMIT)
        text_add(&headers, "a: b\r\n");
    CU_ASSERT(http_read(headers.data, HTTP_LIMIT - 1, &request) == 1);
    CU_ASSERT(http_read(headers.data, HTTP_LIMIT, &request) == 0 && request.status == 431);
}

/* Serving: server and clients share the loop, so that nothing depends on time. */

struct scene {
    struct loop loop;
    struct http_server *server;
    int waiting; /* clients that have not seen the end of their reply */
};

struct client {
    struct scene *scene;
    struct watch watch;
    struct text reply;
};

#define BIG 8000000 /* more than the sockets hold */

static int fill_hello(void *context, struct text *body)
{
    text_addf(body, "hello %s\n", (const char *)context);
    return 200;
}

static int fill_unready(void *context, struct text *body)
{
    (void)context;
    text_add(body, "starting\n");
    return 503;
}

static int fill_big(void *context, struct text *body)
{
    char line[1000];

    (void)context;
    memset(line, '=', sizeof line);
    line[sizeof line - 1] = '\n';
    while (body->size < BIG)
        text_add_bytes(body, line, sizeof line);
    return 200;
}

static const struct http_route routes[] = {
    {"/hello", "text/html", fill_hello},
    {"/readyz", "text/plain", fill_unready},
    {"/big", "text/plain", fill_big},
};

static char name[] = "you";
static const struct http_service service = {routes, sizeof routes / sizeof *routes, name};

static void scene_begin(struct scene *scene)
{
    *scene = (struct scene){0};
    if (loop_init(&scene->loop, NULL) ||
        http_start(&scene->loop, "127.0.0.1:0", &service, &scene->server, NULL))
        abort();
}

static void scene_end(struct scene *scene)
{
    http_stop(scene->server);
    loop_done(&scene->loop);
}

static void client_read(void *context, uint32_t events)
{
    struct client *client = context;
    char bytes[4096];
    ssize_t got = recv(client->watch.descriptor, bytes, sizeof bytes, 0);

    (void)events;
    if (got > 0) {
        text_add_bytes(&client->reply, bytes, (size_t)got);
        return;
    }
    loop_remove(&client->scene->loop, &client->watch);
    if (--client->scene->waiting == 0)
        loop_stop(&client->scene->loop);
}

/* Connects and sends; the reply is gathered while the loop runs. */
static void client_begin(struct client *client, struct scene *scene, const char *request)
{
    char address[NET_ADDRESS];
    struct pollfd ready = {.events = POLLOUT};
    int descriptor;

    snprintf(address, sizeof address, "127.0.0.1:%d", http_port(scene->server));
    descriptor = net_connect(address, NULL);
    ready.fd = descriptor;
    *client = (struct client){.scene = scene, .watch = {.call = client_read, .context = client}};
    if (poll(&ready, 1, -1) != 1 ||
        loop_add(&scene->loop, &client->watch, descriptor, EPOLLIN, NULL) ||
        send(descriptor, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
        abort();
    scene->waiting++;
}

static void client_end(struct client *client)
{
    close(client->watch.descriptor);
    text_done(&client->reply);
}

static void replies_are_whole(void)
{
    static const char *const rows[][2] = {
        {"GET /hello HTTP/1.1\r\n\r\n",
         "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n"
         "Connection: close\r\n\r\nhello you\n"},
        {"HEAD /hello HTTP/1.1\r\n\r\n",
         "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n"
         "Connection: close\r\n\r\n"},
        {"GET /readyz HTTP/1.1\r\n\r\n",
         "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n"
         "Connection: close\r\n\r\nstarting\n"},
        {"GET /nothing HTTP/1.1\r\n\r\n",
         "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Content-Length: 10\r\nConnection: close\r\n\r\nNot Found\n"},
        {"GET /hello/ HTTP/1.1\r\n\r\n",
         "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Content-Length: 10\r\nConnection: close\r\n\r\nNot Found\n"},
        {"POST /hello HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
         "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Content-Length: 19\r\nAllow: GET, HEAD\r\nConnection: close\r\n\r\n"
         "Method Not Allowed\n"},
        {"nonsense\r\n\r\n",
         "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Content-Length: 12\r\nConnection: close\r\n\r\nBad Request\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene scene;
        struct client client;

        scene_begin(&scene);
        client_begin(&client, &scene, rows[i][0]);
        CU_ASSERT(loop_run(&scene.loop, NULL) == 0);
        CHECK_TEXT(text_string(&client.reply), rows[i][1]);
        client_end(&client);
        scene_end(&scene);
    }
}

static void two_clients_are_served_at_once(void)
{
    struct scene scene;
    struct client slow;
    struct client quick;
    struct client big;

    scene_begin(&scene);
    client_begin(&slow, &scene, "GET /hello HT");
    client_begin(&quick, &scene, "GET /hello HTTP/1.1\r\n\r\n");
    client_begin(&big, &scene, "GET /big HTTP/1.1\r\n\r\n");
    scene.waiting--; /* not for the slow one */
    CU_ASSERT(loop_run(&scene.loop, NULL) == 0);
    CU_ASSERT(slow.reply.size == 0);
    CU_ASSERT(strstr(text_string(&quick.reply), "hello you") != NULL);
    CU_ASSERT(big.reply.size > BIG && big.reply.data[big.reply.size - 1] == '\n');
    scene.waiting++;
    CU_ASSERT(send(slow.watch.descriptor, "TP/1.1\r\n\r\n", 10, MSG_NOSIGNAL) == 10);
    CU_ASSERT(loop_run(&scene.loop, NULL) == 0);
    CU_ASSERT(strstr(text_string(&slow.reply), "hello you") != NULL);
    client_end(&slow);
    client_end(&quick);
    client_end(&big);
    scene_end(&scene);
}

/* Runs the loop until another client has its reply: all events before are served then. */
static void serve_one(struct scene *scene)
{
    struct client client;

    client_begin(&client, scene, "GET /hello HTTP/1.1\r\n\r\n");
    CU_ASSERT(loop_run(&scene->loop, NULL) == 0);
    CU_ASSERT(strstr(text_string(&client.reply), "hello you") != NULL);
    client_end(&client);
}

static void a_client_that_leaves_early_gives_its_place_back(void)
{
    static const char *const halves[] = {"", "GET /he", "GET /big HTTP/1.1\r\n\r\n"};
    int descriptors = check_descriptors();
    struct scene scene;

    scene_begin(&scene);
    for (int i = 0; i < 3 * HTTP_CONNECTIONS; i++) {
        struct client client;

        client_begin(&client, &scene, halves[i % 3]);
        scene.waiting--;
        loop_remove(&scene.loop, &client.watch);
        client_end(&client);
        serve_one(&scene);
    }
    scene_end(&scene);
    CU_ASSERT(check_descriptors() == descriptors);
}

static void a_slow_client_loses_its_connection(void)
{
    struct scene scene;
    struct client client;

    scene_begin(&scene);
    client_begin(&client, &scene, "GET /hello HT");
    scene.waiting--;
    serve_one(&scene);
    scene.waiting++;
    CU_ASSERT_FATAL(scene.loop.timer_count == 1);
    scene.loop.timers[1]->due = 1; /* its patience ends now */
    CU_ASSERT(loop_run(&scene.loop, NULL) == 0);
    CU_ASSERT(client.reply.size == 0 && scene.loop.timer_count == 0);
    client_end(&client);
    serve_one(&scene);
    scene_end(&scene);
}

static void one_client_too_many_is_sent_away(void)
{
    struct client clients[HTTP_CONNECTIONS + 1];
    struct scene scene;

    scene_begin(&scene);
    for (int i = 0; i < HTTP_CONNECTIONS + 1; i++)
        client_begin(&clients[i], &scene, "GET /hello HT");
    scene.waiting = 1; /* the last one sees its end at once */
    CU_ASSERT(loop_run(&scene.loop, NULL) == 0);
    CU_ASSERT(clients[HTTP_CONNECTIONS].reply.size == 0);
    scene.waiting = HTTP_CONNECTIONS;
    for (int i = 0; i < HTTP_CONNECTIONS; i++)
        CU_ASSERT(send(clients[i].watch.descriptor, "TP/1.1\r\n\r\n", 10, MSG_NOSIGNAL) == 10);
    CU_ASSERT(loop_run(&scene.loop, NULL) == 0);
    for (int i = 0; i < HTTP_CONNECTIONS + 1; i++) {
        CU_ASSERT((clients[i].reply.size != 0) == (i < HTTP_CONNECTIONS));
        client_end(&clients[i]);
    }
    scene_end(&scene);
}

static void a_server_that_cannot_start_is_told(void)
{
    int descriptors = check_descriptors();
    struct loop loop;
    struct http_server *server = NULL;
    int failures = 0;

    CU_ASSERT_FATAL(loop_init(&loop, NULL) == 0);
    CU_ASSERT(http_start(&loop, "localhost:0", &service, &server, NULL) == -1);
    for (int k = 1;; k++) {
        struct error error = {""};
        int outcome;

        fault_arm(FAULT_SYSTEM, k);
        outcome = http_start(&loop, "127.0.0.1:0", &service, &server, &error);
        if (!fault_disarm())
            break;
        failures++;
        CU_ASSERT(outcome == -1 && error.text[0] && server == NULL);
    }
    CU_ASSERT(failures == 4); /* socket, bind, listen, epoll_ctl */
    http_stop(server);
    http_stop(NULL);
    loop_done(&loop);
    CU_ASSERT(check_descriptors() == descriptors);
}

SUITE("base http",
      {"requests are read strictly", requests_are_read_strictly},
      {"what is too long is refused", what_is_too_long_is_refused},
      {"replies are whole", replies_are_whole},
      {"two clients are served at once", two_clients_are_served_at_once},
      {"a client that leaves early gives its place back",
       a_client_that_leaves_early_gives_its_place_back},
      {"a slow client loses its connection", a_slow_client_loses_its_connection},
      {"one client too many is sent away", one_client_too_many_is_sent_away},
      {"a server that cannot start is told", a_server_that_cannot_start_is_told})
