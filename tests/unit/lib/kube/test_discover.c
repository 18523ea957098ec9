/* Discovery: the pod's account, a file, and what is said when there is neither. */
#include "kube/discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

static void put(const char *directory, const char *name, const char *content)
{
    CLEAN_FREE char *path = NULL;

    if (asprintf(&path, "%s/%s", directory, name) < 0 ||
        file_write(path, content, strlen(content), NULL))
        abort();
}

static void a_pod_knows_its_cluster(void)
{
    static const struct {
        const char *host;
        const char *server;
    } rows[] = {
        {"10.0.0.1", "https://10.0.0.1:443"},
        {"fd00::1", "https://[fd00::1]:443"},
        {"[fd00::1]", "https://[fd00::1]:443"},
        {"kubernetes.default.svc", "https://kubernetes.default.svc:443"},
    };
    const char *directory = check_directory();

    put(directory, "namespace", "muster\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct discover_pod pod = {rows[i].host, "443", directory};
        CLEAN(cluster) struct cluster cluster = {0};

        CU_ASSERT(discover_pod(&pod, &cluster, NULL) == 0);
        CHECK_TEXT(cluster.server, rows[i].server);
        CHECK_TEXT(cluster.space, "muster");
        CHECK_HAS(cluster.token_file, "/token");
        CHECK_HAS(cluster.authority_file, "/ca.crt");
        CU_ASSERT(!cluster.insecure);
    }
}

static void what_is_no_pod_is_told_apart_from_a_wrong_one(void)
{
    static const struct {
        const char *host;
        const char *port;
        int outcome;
    } rows[] = {
        {NULL, NULL, 1},
        {"", "443", 1},
        {"10.0.0.1", NULL, 1},
        {"10.0.0.1", "x", -1},
        {"10.0.0.1/path", "443", -1},
        {"a@b", "443", -1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct discover_pod pod = {rows[i].host, rows[i].port, "/nonexistent"};
        struct cluster cluster = {0};

        CU_ASSERT(discover_pod(&pod, &cluster, NULL) == rows[i].outcome && !cluster.server);
    }
}

#define CONFIG                                                                                     \
    "current-context: x\n"                                                                         \
    "contexts: [{name: x, context: {cluster: c, user: u}}]\n"                                      \
    "clusters: [{name: c, cluster: {server: 'https://a', certificate-authority: ca.crt}}]\n"       \
    "users: [{name: u, user: {token: abc}}]\n"

static void a_file_is_read_and_its_paths_are_beside_it(void)
{
    const char *directory = check_directory();
    CLEAN_FREE char *path = NULL;
    CLEAN_FREE char *beside = NULL;
    CLEAN(cluster) struct cluster cluster = {0};
    struct error error = {""};

    if (asprintf(&path, "%s/config", directory) < 0 ||
        asprintf(&beside, "%s/ca.crt", directory) < 0)
        abort();
    put(directory, "config", CONFIG);
    CU_ASSERT(discover_file(path, &(struct discover_wish){0}, &cluster, &error) == 0);
    CHECK_TEXT(cluster.authority_file, beside);
    CU_ASSERT(discover_file(beside, &(struct discover_wish){0}, &cluster, &error) == 1);
    CHECK_TEXT(cluster.token, "abc");
    CU_ASSERT(discover_file(path, &(struct discover_wish){.context = "z"}, &cluster, &error) == -1);
    CHECK_HAS(error.text, "there is no context z");
}

static void a_file_that_cannot_be_read_is_told(void)
{
    const char *directory = check_directory();
    CLEAN_FREE char *path = NULL;

    if (asprintf(&path, "%s/config", directory) < 0)
        abort();
    put(directory, "config", CONFIG);
    for (int k = 1, fired = 1; fired; k++) {
        CLEAN(cluster) struct cluster cluster = {0};
        struct error error = {""};
        int outcome;

        fault_arm(FAULT_SYSTEM, k);
        outcome = discover_file(path, &(struct discover_wish){0}, &cluster, &error);
        fired = fault_disarm();
        CU_ASSERT(outcome == (fired ? -1 : 0) && !fired == !error.text[0]);
    }
}

/* The environment decides what is looked at, and in which order. */
static void the_first_that_is_there_counts(void)
{
    const char *directory = check_directory();
    CLEAN_FREE char *path = NULL;
    CLEAN(cluster) struct cluster asked = {0};
    CLEAN(cluster) struct cluster named = {0};
    CLEAN(cluster) struct cluster pod = {0};
    struct cluster none = {0};
    struct error error = {""};

    if (asprintf(&path, "%s/config", directory) < 0)
        abort();
    put(directory, "config", CONFIG);
    setenv("HOME", directory, 1);
    setenv("KUBECONFIG", "/nonexistent", 1);
    setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
    setenv("KUBERNETES_SERVICE_PORT", "443", 1);
    CU_ASSERT(discover_cluster(&(struct discover_wish){.kubeconfig = path}, &asked, &error) == 0);
    CU_ASSERT(discover_cluster(&(struct discover_wish){0}, &none, &error) == -1);
    CHECK_TEXT(error.text, "there is no file /nonexistent");
    setenv("KUBECONFIG", path, 1);
    CU_ASSERT(discover_cluster(&(struct discover_wish){0}, &named, &error) == 0);
    CHECK_TEXT(named.server, "https://a");
    setenv("KUBECONFIG", "/a:/b", 1);
    CU_ASSERT(discover_cluster(&(struct discover_wish){0}, &none, &error) == -1);
    unsetenv("KUBECONFIG");
    CU_ASSERT(discover_cluster(&(struct discover_wish){0}, &pod, &error) == 0);
    CHECK_TEXT(pod.server, "https://10.0.0.1:443");
    unsetenv("KUBERNETES_SERVICE_HOST");
    CU_ASSERT(discover_cluster(&(struct discover_wish){0}, &none, &error) == -1);
    CHECK_HAS(error.text, "no cluster");
    unsetenv("KUBERNETES_SERVICE_PORT");
}

SUITE("kube discover",
      {"a pod knows its cluster", a_pod_knows_its_cluster},
      {"what is no pod is told apart from a wrong one",
       what_is_no_pod_is_told_apart_from_a_wrong_one},
      {"a file is read and its paths are beside it", a_file_is_read_and_its_paths_are_beside_it},
      {"a file that cannot be read is told", a_file_that_cannot_be_read_is_told},
      {"the first that is there counts", the_first_that_is_there_counts})
