/* cluster - where an API server is, how to know it and how to be known by it. */
#include "kube/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"

#define HOST_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"

/* Moves behind a host: a name, or an address of IPv6 in brackets. Returns its size, 0 for none. */
static size_t host_take(const char *text)
{
    size_t size;

    if (*text != '[')
        return strspn(text, HOST_CHARACTERS);
    size = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
    return size > 2 && text[size] == ']' ? size + 1 : 0;
}

static bool host_is_loopback(const char *host, size_t size)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == size && !strncmp(names[i], host, size))
            return true;
    }
    return false;
}

/* Whether what follows the host is nothing or a port. */
static bool port_valid(const char *text)
{
    int64_t port;

    return !*text || (*text == ':' && text[1] != '-' && !text_integer(text + 1, 1, 65535, &port));
}

static int server_check(const char *server, struct error *error)
{
    bool secure = !strncmp(server, "https://", 8);
    bool plain = !strncmp(server, "http://", 7);
    const char *host = server + (secure ? 8 : 7);
    size_t size = secure || plain ? host_take(host) : 0;

    if (!size || !port_valid(host + size))
        return error_set(error, "server: must be https://HOST[:PORT], is %.128s", server);
    if (plain && !host_is_loopback(host, size))
        return error_set(error, "server: http is for the loopback interface only: %.128s", server);
    return 0;
}

int cluster_check(const struct cluster *cluster, struct error *error)
{
    if (!cluster->server)
        return error_set(error, "no server is given");
    if (server_check(cluster->server, error))
        return -1;
    if (cluster->server_name &&
        (!host_take(cluster->server_name) || cluster->server_name[host_take(cluster->server_name)]))
        return error_set(error, "tls-server-name: must be a host name");
    if ((cluster->certificate || cluster->certificate_file) != (cluster->key || cluster->key_file))
        return error_set(error, "a client certificate needs a key, and a key a certificate");
    return 0;
}

void cluster_done(struct cluster *cluster)
{
    free(cluster->server);
    free(cluster->server_name);
    free(cluster->authority);
    free(cluster->authority_file);
    free(cluster->certificate);
    free(cluster->certificate_file);
    secret_forget(cluster->key);
    free(cluster->key_file);
    secret_forget(cluster->token);
    free(cluster->token_file);
    free(cluster->space);
    *cluster = (struct cluster){0};
}
