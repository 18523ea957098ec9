/* net - numeric addresses and sockets. */
#include "base/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

/* What "host:port" or "[host]:port" is made of. */
struct parts {
    char host[NET_ADDRESS];
    bool bracketed;
    int64_t port;
};

static bool split(const char *text, struct parts *parts)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;

    parts->bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';
    if (parts->bracketed) {
        text++;
        length -= 2;
    }
    if (!length || length >= sizeof parts->host || text_integer(colon + 1, 0, 65535, &parts->port))
        return false;
    memcpy(parts->host, text, length);
    parts->host[length] = '\0';
    return true;
}

int net_parse(const char *text, struct net_address *address, struct error *error)
{
    struct net_address fresh = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&fresh.storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&fresh.storage;
    struct parts parts;

    if (!split(text, &parts))
        return error_set(error, "'%s' is not a numeric address with a port", text);
    if (!parts.bracketed && inet_pton(AF_INET, parts.host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)parts.port);
        fresh.size = sizeof *v4;
    } else if (parts.bracketed && inet_pton(AF_INET6, parts.host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)parts.port);
        fresh.size = sizeof *v6;
    } else {
        return error_set(error, "'%s' is not a numeric address with a port", text);
    }
    *address = fresh;
    return 0;
}

void net_host(const char *address, char host[NET_ADDRESS])
{
    struct parts parts;
    bool known = split(address, &parts);

    snprintf(host, NET_ADDRESS, "%s", known ? parts.host : "");
}

/* Reads `address` into `at`, and opens a socket of its family. */
static int socket_for(const char *address, struct net_address *at, struct error *error)
{
    int descriptor;

    if (net_parse(address, at, error))
        return -1;
    descriptor = socket(at->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? error_errno(error, "cannot create a socket") : descriptor;
}

int net_listen(const char *address, int backlog, struct error *error)
{
    struct net_address at;
    CLEAN_FD int descriptor = socket_for(address, &at, error);
    int on = 1;

    if (descriptor < 0)
        return -1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(descriptor, (struct sockaddr *)&at.storage, at.size) || listen(descriptor, backlog))
        return error_errno(error, "cannot listen on %s", address);
    return TAKE_FD(descriptor);
}

int net_port(int descriptor)
{
    struct sockaddr_storage at = {0};
    socklen_t size = sizeof at;

    if (getsockname(descriptor, (struct sockaddr *)&at, &size))
        return -1;
    if (at.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&at)->sin_port);
    return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
}

int net_connect(const char *address, struct error *error)
{
    struct net_address at;
    CLEAN_FD int descriptor = socket_for(address, &at, error);
    int on = 1;

    if (descriptor < 0)
        return -1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, (struct sockaddr *)&at.storage, at.size) && errno != EINPROGRESS)
        return error_errno(error, "cannot connect to %s", address);
    return TAKE_FD(descriptor);
}
