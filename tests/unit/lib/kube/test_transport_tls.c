/* The transport over TLS, against a server of OpenSSL's: who is not known is not spoken to. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "kube/transport.h"
#include "support/check.h"

#define PATIENCE CLOCK_SECONDS(60)

static char *path_of(const char *name)
{
    static const char *directory;
    char *path;

    if (!directory)
        directory = check_directory();
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        abort();
    return path;
}

/* Starts openssl with its output in `output`. Returns its process. */
static pid_t openssl_start(const char *const *arguments, int output)
{
    struct process_descriptor descriptors[] = {{output, STDOUT_FILENO}, {output, STDERR_FILENO}};
    struct process_spec spec = {.arguments = arguments,
                                .descriptors = descriptors,
                                .descriptor_count = 2,
                                .death_signal = SIGKILL};
    CLEAN_FD int pidfd = -1;
    struct error error;
    pid_t pid;

    if (process_start(&spec, &pid, &pidfd, &error))
        abort();
    return pid;
}

/* Makes a certificate that signs itself, valid for `names`, as NAME.crt and NAME.key. */
static void certificate_make(const char *name, const char *names)
{
    CLEAN_FD int output = open("/dev/null", O_WRONLY | O_CLOEXEC);
    CLEAN_FREE char *certificate = path_of(name);
    CLEAN_FREE char *key = NULL;
    int status;

    if (asprintf(&key, "%s.key", certificate) < 0)
        abort();
    waitpid(openssl_start((const char *const[]){"openssl",
                                                "req",
                                                "-x509",
                                                "-newkey",
                                                "ec",
                                                "-pkeyopt",
                                                "ec_paramgen_curve:P-256",
                                                "-nodes",
                                                "-days",
                                                "1",
                                                "-subj",
                                                "/CN=muster",
                                                "-addext",
                                                names,
                                                "-out",
                                                certificate,
                                                "-keyout",
                                                key,
                                                NULL},
                          output),
            &status,
            0);
    CU_ASSERT(status == 0);
}

struct server {
    pid_t pid;
    int output; /* what it says; open as long as it lives, so that it can say it */
    char url[64];
};

/* Reads what the server says until it has said its port. */
static int port_read(int output)
{
    char said[4096] = "";
    size_t size = 0;
    ssize_t got;
    const char *at;

    while (!(at = strstr(said, "ACCEPT ")) || !strchr(at, '\n')) {
        got = read(output, said + size, sizeof said - 1 - size);
        if (got <= 0)
            abort();
        size += (size_t)got;
        said[size] = '\0';
    }
    return atoi(strrchr(at, ':') + 1);
}

/* Starts a server with a certificate, that asks for that of `client` unless NULL. */
static struct server server_start(const char *name, const char *client)
{
    CLEAN_FREE char *certificate = path_of(name);
    CLEAN_FREE char *trusted = path_of(client ? client : name);
    CLEAN_FREE char *key = NULL;
    struct server server;
    int pipes[2];

    if (asprintf(&key, "%s.key", certificate) < 0 || pipe2(pipes, O_CLOEXEC))
        abort();
    server.pid = openssl_start((const char *const[]){"openssl",
                                                     "s_server",
                                                     "-www",
                                                     "-accept",
                                                     "127.0.0.1:0",
                                                     "-cert",
                                                     certificate,
                                                     "-key",
                                                     key,
                                                     "-CAfile",
                                                     trusted,
                                                     client ? "-Verify" : NULL,
                                                     "1",
                                                     "-verify_return_error",
                                                     NULL},
                               pipes[1]);
    close(pipes[1]);
    snprintf(server.url, sizeof server.url, "https://127.0.0.1:%d", port_read(pipes[0]));
    server.output = pipes[0];
    return server;
}

static void server_stop(const struct server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    close(server->output);
}

/* One request. */

struct ask {
    struct loop loop;
    struct answer answer;
};

static void ask_ended(void *context, const struct answer *answer)
{
    struct ask *ask = context;

    ask->answer = *answer;
    ask->answer.body = "";
    ask->answer.size = 0;
    loop_stop(&ask->loop);
}

static void ask_late(void *context)
{
    (void)context;
    CU_FAIL("the test hangs");
    abort();
}

/* Asks the cluster for a pod. Returns what the answer means. */
static enum answer_class ask(const struct cluster *cluster)
{
    static const struct request_resource pods = {"", "v1", "pods"};
    struct ask ask = {0};
    struct timer patience = {.call = ask_late};
    struct transport *transport;
    CLEAN(request) struct request request = {0};

    signal(SIGPIPE, SIG_IGN);
    if (loop_init(&ask.loop, NULL) || transport_new(&ask.loop, cluster, &transport, NULL))
        abort();
    loop_timer(&ask.loop, &patience, clock_now() + PATIENCE);
    request_get(&request, &(struct request_place){&pods, "team", "a", NULL});
    transport_start(
        transport, &request, "secret", &(struct transfer_events){.ended = ask_ended}, &ask);
    CU_ASSERT(loop_run(&ask.loop, NULL) == 0);
    transport_free(transport);
    loop_cancel(&ask.loop, &patience);
    loop_done(&ask.loop);
    return answer_classify(&ask.answer, NULL);
}

static char *content_of(const char *path)
{
    struct text content = {0};

    if (file_read(path, 65536, &content, NULL))
        abort();
    return content.data;
}

/* Asks a server by what may and what may not make it known. */
static void server_ask(struct server *server, char *ours, char *content, char *other)
{
    char kubernetes[] = "kubernetes";
    char wrong[] = "wrong";
    char none[] = "/nonexistent";
    const struct {
        struct cluster cluster;
        enum answer_class class;
    } rows[] = {
        {{.authority_file = ours}, ANSWER_DONE},
        {{.authority = content}, ANSWER_DONE},
        {{.authority_file = ours, .server_name = kubernetes}, ANSWER_DONE},
        {{.insecure = true}, ANSWER_DONE},
        {{.authority_file = ours, .server_name = wrong}, ANSWER_LOST},
        {{.authority_file = other}, ANSWER_LOST},
        {{.authority_file = none}, ANSWER_LOST},
        {{.authority = none}, ANSWER_LOST},
        {{.insecure = false}, ANSWER_LOST}, /* the authorities of the system */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cluster cluster = rows[i].cluster;

        cluster.server = server->url;
        CU_ASSERT(ask(&cluster) == rows[i].class);
    }
}

static void a_server_is_known_by_its_authority_and_name(void)
{
    CLEAN_FREE char *ours = path_of("server");
    CLEAN_FREE char *other = path_of("other");
    CLEAN_FREE char *content = NULL;
    struct server server;

    certificate_make("server", "subjectAltName=IP:127.0.0.1,DNS:kubernetes");
    certificate_make("other", "subjectAltName=IP:127.0.0.1");
    content = content_of(ours);
    server = server_start("server", NULL);
    server_ask(&server, ours, content, other);
    server_stop(&server);
}

static void a_server_of_another_name_is_not_spoken_to(void)
{
    CLEAN_FREE char *named = path_of("named");
    char kubernetes[] = "kubernetes";
    struct cluster cluster = {.authority_file = named};
    struct server server;

    certificate_make("named", "subjectAltName=DNS:kubernetes");
    server = server_start("named", NULL);
    cluster.server = server.url;
    CU_ASSERT(ask(&cluster) == ANSWER_LOST);
    cluster.server_name = kubernetes;
    CU_ASSERT(ask(&cluster) == ANSWER_DONE);
    server_stop(&server);
}

static void we_are_known_by_our_certificate(void)
{
    CLEAN_FREE char *certificate = path_of("client");
    CLEAN_FREE char *key = path_of("client.key");
    CLEAN_FREE char *authority = path_of("asking");
    CLEAN_FREE char *certificate_text = NULL;
    CLEAN_FREE char *key_text = NULL;
    struct cluster cluster = {.authority_file = authority};
    struct server server;

    certificate_make("client", "subjectAltName=DNS:client");
    certificate_make("asking", "subjectAltName=IP:127.0.0.1");
    certificate_text = content_of(certificate);
    key_text = content_of(key);
    server = server_start("asking", "client");
    cluster.server = server.url;
    CU_ASSERT(ask(&cluster) == ANSWER_LOST);
    cluster.certificate_file = certificate;
    cluster.key_file = key;
    CU_ASSERT(ask(&cluster) == ANSWER_DONE);
    cluster.certificate_file = cluster.key_file = NULL;
    cluster.certificate = certificate_text;
    cluster.key = key_text;
    CU_ASSERT(ask(&cluster) == ANSWER_DONE);
    server_stop(&server);
}

SUITE("kube transport tls",
      {"a server is known by its authority and name", a_server_is_known_by_its_authority_and_name},
      {"a server of another name is not spoken to", a_server_of_another_name_is_not_spoken_to},
      {"we are known by our certificate", we_are_known_by_our_certificate})
