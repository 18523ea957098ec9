/* Clusters: what cannot be safe or cannot work is refused. */
#include "kube/cluster.h"

#include <stdio.h>

#include "support/check.h"

static void servers_are_checked(void)
{
    static const struct {
        const char *server;
        const char *words; /* of the refusal; NULL = allowed */
    } rows[] = {
        {"https://10.0.0.1", NULL},
        {"https://10.0.0.1:6443", NULL},
        {"https://[fd00::1]:6443", NULL},
        {"https://kubernetes.default.svc", NULL},
        {"http://127.0.0.1:8001", NULL},
        {"http://localhost:8001", NULL},
        {"http://[::1]:8001", NULL},
        {"http://10.0.0.1:8001", "loopback"},
        {"http://localhost.evil.example:8001", "loopback"},
        {"http://127.0.0.1.evil.example", "loopback"},
        {NULL, "no server"},
        {"", "must be https://"},
        {"10.0.0.1:6443", "must be https://"},
        {"ftp://10.0.0.1", "must be https://"},
        {"https://", "must be https://"},
        {"https://:443", "must be https://"},
        {"https://user@host", "must be https://"},
        {"https://host/path", "must be https://"},
        {"https://host?query", "must be https://"},
        {"https://host:", "must be https://"},
        {"https://host:0", "must be https://"},
        {"https://host:-1", "must be https://"},
        {"https://host:65536", "must be https://"},
        {"https://host:1 ", "must be https://"},
        {"https://[fd00::1", "must be https://"},
        {"https://[]", "must be https://"},
        {"https://a b", "must be https://"},
        {"https://a\r\nb", "must be https://"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char server[64];
        struct cluster cluster = {.server = rows[i].server ? server : NULL};
        struct error error = {""};

        if (rows[i].server)
            snprintf(server, sizeof server, "%s", rows[i].server);
        CU_ASSERT(cluster_check(&cluster, &error) == (rows[i].words ? -1 : 0));
        CHECK_HAS(error.text, rows[i].words ? rows[i].words : "");
    }
}

static void a_certificate_needs_its_key(void)
{
    char server[] = "https://a";
    char some[] = "x";
    const struct {
        struct cluster cluster;
        int outcome;
    } rows[] = {
        {{.server = server, .certificate = some}, -1},
        {{.server = server, .key_file = some}, -1},
        {{.server = server, .certificate = some, .key_file = some}, 0},
        {{.server = server, .server_name = some}, 0},
        {{.server = server, .server_name = server}, -1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(cluster_check(&rows[i].cluster, NULL) == rows[i].outcome);
}

SUITE("kube cluster",
      {"servers are checked", servers_are_checked},
      {"a certificate needs its key", a_certificate_needs_its_key})
