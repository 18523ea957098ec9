/* discover - finds the cluster that a program is to talk to. */
#include "kube/discover.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "kube/kubeconfig.h"

#define ACCOUNT    "/var/run/secrets/kubernetes.io/serviceaccount"
#define NAME_BYTES 256

static char *joined(const char *directory, const char *name)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/%s", directory, name);
    return TAKE(path.data);
}

int discover_file(const char *path,
                  const struct discover_wish *wish,
                  struct cluster *cluster,
                  struct error *error)
{
    CLEAN(secret) struct text content = {0};
    CLEAN_FREE char *directory = file_directory(path);
    struct kubeconfig_source source = {
        .name = path, .directory = directory, .context = wish->context, .insecure = wish->insecure};
    int outcome = file_read(path, KUBECONFIG_BYTES, &content, error);

    if (outcome)
        return outcome;
    if (!directory)
        return error_set(error, "cannot read %s: out of memory", path);
    source.bytes = content.data;
    source.size = content.size;
    return kubeconfig_read(&source, cluster, error);
}

/* The namespace of the service account, or NULL when its file does not hold one. */
static char *space_read(const char *directory)
{
    CLEAN_FREE char *path = joined(directory, "namespace");
    CLEAN(text) struct text name = {0};

    if (file_read(path, NAME_BYTES, &name, NULL))
        return NULL;
    text_cut(&name, strcspn(name.data, " \t\r\n"));
    return name.size ? TAKE(name.data) : NULL;
}

int discover_pod(const struct discover_pod *pod, struct cluster *cluster, struct error *error)
{
    CLEAN(cluster) struct cluster fresh = {0};
    CLEAN(text) struct text server = {0};
    bool bare;

    if (!pod->host || !*pod->host || !pod->port || !*pod->port)
        return 1;
    bare = strchr(pod->host, ':') && *pod->host != '[';
    text_addf(&server, bare ? "https://[%s]:%s" : "https://%s:%s", pod->host, pod->port);
    fresh.server = TAKE(server.data);
    fresh.authority_file = joined(pod->directory, "ca.crt");
    fresh.token_file = joined(pod->directory, "token");
    fresh.space = space_read(pod->directory);
    if (cluster_check(&fresh, error))
        return error_prefix(error, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT");
    *cluster = fresh;
    fresh = (struct cluster){0};
    return 0;
}

/* A file that must be there. */
static int file_need(const char *path,
                     const struct discover_wish *wish,
                     struct cluster *cluster,
                     struct error *error)
{
    int outcome = discover_file(path, wish, cluster, error);

    return outcome > 0 ? error_set(error, "there is no file %s", path) : outcome;
}

int discover_cluster(const struct discover_wish *wish, struct cluster *cluster, struct error *error)
{
    const struct discover_pod pod = {.host = getenv("KUBERNETES_SERVICE_HOST"),
                                     .port = getenv("KUBERNETES_SERVICE_PORT"),
                                     .directory = ACCOUNT};
    const char *named = getenv("KUBECONFIG");
    const char *home = getenv("HOME");
    CLEAN_FREE char *usual = joined(home ? home : "", ".kube/config");
    int outcome;

    if (wish->kubeconfig)
        return file_need(wish->kubeconfig, wish, cluster, error);
    if (named && strchr(named, ':'))
        return error_set(error, "KUBECONFIG: a list of files is not supported");
    if (named && *named)
        return file_need(named, wish, cluster, error);
    outcome = discover_pod(&pod, cluster, error);
    if (outcome <= 0)
        return outcome;
    outcome = discover_file(usual, wish, cluster, error);
    if (outcome > 0)
        return error_set(
            error, "no cluster: we are in no pod, KUBECONFIG is not set and there is no %s", usual);
    return outcome;
}
