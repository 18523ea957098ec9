/* Kubeconfig files: what they say is found, what we do not support is refused, nothing leaks. */
#include "kube/kubeconfig.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "support/check.h"

#define CLUSTER(lines) "clusters:\n- name: c\n  cluster:\n" lines
#define USER(lines)    "users:\n- name: u\n  user:\n" lines
#define CONTEXT        "contexts:\n- name: x\n  context: {cluster: c, user: u, namespace: team}\n"
#define CURRENT        "current-context: x\n"
#define SERVER         "    server: https://10.0.0.1:6443\n"
#define TOKEN          "    token: abc\n"

static int read_text(const char *text, struct cluster *cluster, struct error *error)
{
    struct kubeconfig_source source = {
        .name = "config", .bytes = text, .size = strlen(text), .directory = "/home/a/.kube"};

    return kubeconfig_read(&source, cluster, error);
}

static void a_context_is_found_with_its_cluster_and_user(void)
{
    CLEAN(cluster) struct cluster cluster = {0};

    CU_ASSERT(read_text("apiVersion: v1\nkind: Config\n" CURRENT
                        "contexts:\n- {name: y, context: {cluster: d, user: v}}\n"
                        "- {name: x, context: {cluster: c, user: u, namespace: team}}\n"
                        "clusters:\n- {name: d, cluster: {server: 'https://d'}}\n"
                        "- name: c\n  cluster:\n    server: https://10.0.0.1:6443/\n"
                        "    certificate-authority-data: Q0E=\n    tls-server-name: kubernetes\n"
                        "users:\n- {name: v, user: {}}\n- name: u\n  user:\n"
                        "    client-certificate-data: Q0VSVA==\n    client-key: keys/a.pem\n",
                        &cluster,
                        NULL) == 0);
    CHECK_TEXT(cluster.server, "https://10.0.0.1:6443");
    CHECK_TEXT(cluster.server_name, "kubernetes");
    CHECK_TEXT(cluster.authority, "CA");
    CHECK_TEXT(cluster.certificate, "CERT");
    CHECK_TEXT(cluster.key_file, "/home/a/.kube/keys/a.pem");
    CHECK_TEXT(cluster.space, "team");
    CU_ASSERT(!cluster.insecure && !cluster.token && !cluster.key && !cluster.authority_file);
}

static void another_context_can_be_asked_for(void)
{
    static const char text[] =
        CURRENT "contexts:\n- {name: y, context: {cluster: c}}\n" CLUSTER(SERVER);
    struct kubeconfig_source source = {
        .name = "config", .bytes = text, .size = sizeof text - 1, .directory = "/", .context = "y"};
    CLEAN(cluster) struct cluster cluster = {0};

    CU_ASSERT(kubeconfig_read(&source, &cluster, NULL) == 0);
    CU_ASSERT(cluster.server && !cluster.space && !cluster.token);
}

static void of_two_ways_one_is_taken(void)
{
    CLEAN(cluster) struct cluster cluster = {0};

    CU_ASSERT(read_text(CURRENT CONTEXT CLUSTER(SERVER "    certificate-authority: /ca.crt\n"
                                                       "    certificate-authority-data: Q0E=\n")
                            USER("    token: abc\n    tokenFile: /token\n    client-key: a\n"
                                 "    client-key-data: S0VZ\n    client-certificate: ''\n"
                                 "    client-certificate-data: Q0VSVA==\n"),
                        &cluster,
                        NULL) == 0);
    CU_ASSERT(!cluster.authority_file && !cluster.key_file && !cluster.certificate_file);
    CU_ASSERT(!cluster.token);
    CHECK_TEXT(cluster.token_file, "/token");
    CHECK_TEXT(cluster.key, "KEY");
}

static void what_is_wrong_is_refused_with_words(void)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"", "not a kubeconfig file"},
        {"- a\n", "not a kubeconfig file"},
        {"a: [\n", "config:2: "},
        {"a: \x01\n", "config:"},
        {CONTEXT CLUSTER(SERVER) USER(TOKEN), "current-context: is not set"},
        {"current-context: ''\n", "current-context: is not set"},
        {"current-context: [x]\n", "current-context: is not set"},
        {"current-context: z\n" CONTEXT, "there is no context z"},
        {"current-context: x\ncontexts: {x: {}}\n", "there is no context x"},
        {"current-context: x\ncontexts:\n- 7\n- {name: x}\n", "there is no context x"},
        {CURRENT CONTEXT USER(TOKEN), "clusters: the cluster of the context is not there"},
        {CURRENT CONTEXT CLUSTER(SERVER), "users: the user of the context is not there"},
        {CURRENT CONTEXT CLUSTER("    a: b\n") USER(TOKEN), "no server is given"},
        {CURRENT CONTEXT CLUSTER("    server: http://10.0.0.1\n") USER(TOKEN), "loopback"},
        {CURRENT CONTEXT CLUSTER("    server: [a]\n") USER(TOKEN), "server: must be a text"},
        {CURRENT CONTEXT CLUSTER(SERVER "    proxy-url: http://p\n") USER(TOKEN),
         "proxy-url: is not supported"},
        {CURRENT CONTEXT CLUSTER(SERVER "    insecure-skip-tls-verify: true\n") USER(TOKEN),
         "insecure-skip-tls-verify: is refused"},
        {CURRENT CONTEXT CLUSTER(SERVER "    insecure-skip-tls-verify: yes\n") USER(TOKEN),
         "insecure-skip-tls-verify: must be true or false"},
        {CURRENT CONTEXT CLUSTER(SERVER "    certificate-authority-data: '*'\n") USER(TOKEN),
         "certificate-authority-data: must be base64 of PEM"},
        {CURRENT CONTEXT CLUSTER(SERVER) USER("    client-key-data: AAAA\n"),
         "client-key-data: must be base64 of PEM"},
        {CURRENT CONTEXT CLUSTER(SERVER) USER("    client-key: a\n"), "needs a key"},
        {CURRENT CONTEXT CLUSTER(SERVER) USER("    exec: {command: aws}\n"),
         "exec: is not supported"},
        {CURRENT CONTEXT CLUSTER(SERVER) USER("    auth-provider: {name: gcp}\n"),
         "auth-provider: is not supported"},
        {CURRENT CONTEXT CLUSTER(SERVER) USER("    username: a\n"), "username: is not supported"},
        {CURRENT CONTEXT CLUSTER(SERVER) USER("    as: root\n"), "as: is not supported"},
        {CURRENT CONTEXT CLUSTER(SERVER) USER("    token: \"a\\r\\nb\"\n"),
         "token: must be a text on one line"},
        {CURRENT CONTEXT CLUSTER(SERVER) USER("    token: \"a\\0b\"\n"), "token: must be a text"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cluster cluster = {.insecure = true};
        struct error error = {""};

        CU_ASSERT(read_text(rows[i].text, &cluster, &error) == -1);
        CHECK_HAS(error.text, rows[i].words);
        CU_ASSERT(!strstr(error.text, "abc") && cluster.insecure && !cluster.server);
    }
}

static void an_unverified_server_must_be_allowed(void)
{
    static const char text[] =
        CURRENT CONTEXT CLUSTER(SERVER "    insecure-skip-tls-verify: true\n") USER(TOKEN);
    struct kubeconfig_source source = {
        .name = "config", .bytes = text, .size = sizeof text - 1, .directory = "/"};
    CLEAN(cluster) struct cluster cluster = {0};

    CU_ASSERT(kubeconfig_read(&source, &cluster, NULL) == -1);
    source.insecure = true;
    CU_ASSERT(kubeconfig_read(&source, &cluster, NULL) == 0 && cluster.insecure);
}

/* Texts for which libyaml would take hours. */
static void a_file_that_is_too_large_or_too_deep_is_refused(void)
{
    static const struct {
        const char *part;
        size_t size;
        const char *words;
    } rows[] = {
        {"[[[[[[[[[[[[[[[[", KUBECONFIG_BYTES - 32, "levels"},
        {"{a: {a: {a: {a: ", KUBECONFIG_BYTES - 32, "levels"},
        {"- &a b\n", KUBECONFIG_BYTES - 32, "anchors"},
        {"# comment\n", KUBECONFIG_BYTES, "larger than"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text content = {0};
        struct kubeconfig_source source = {.name = "config", .directory = "/"};
        struct cluster cluster = {0};
        struct error error = {""};

        while (content.size <= rows[i].size)
            text_add(&content, rows[i].part);
        source.bytes = content.data;
        source.size = content.size;
        CU_ASSERT(kubeconfig_read(&source, &cluster, &error) == -1);
        CHECK_HAS(error.text, rows[i].words);
    }
}

SUITE("kube kubeconfig",
      {"a context is found with its cluster and user",
       a_context_is_found_with_its_cluster_and_user},
      {"another context can be asked for", another_context_can_be_asked_for},
      {"of two ways one is taken", of_two_ways_one_is_taken},
      {"what is wrong is refused with words", what_is_wrong_is_refused_with_words},
      {"an unverified server must be allowed", an_unverified_server_must_be_allowed},
      {"a file that is too large or too deep is refused",
       a_file_that_is_too_large_or_too_deep_is_refused})
