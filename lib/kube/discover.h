/* discover - finds the cluster that a program is to talk to: from the pod it runs in, or from a
 * kubeconfig file. */
#ifndef KUBE_DISCOVER_H
#define KUBE_DISCOVER_H

#include <stdbool.h>

#include "base/error.h"
#include "kube/cluster.h"

/* What a user asks for. Zeros ask for nothing. */
struct discover_wish {
    const char *kubeconfig; /* path */
    const char *context;
    bool insecure; /* insecure-skip-tls-verify in the file is allowed */
};

/* What a pod is told by its environment and its service account. */
struct discover_pod {
    const char *host;      /* $KUBERNETES_SERVICE_HOST: an address of IPv4 or IPv6, or a name */
    const char *port;      /* $KUBERNETES_SERVICE_PORT */
    const char *directory; /* with token, ca.crt and namespace */
};

/* Looks, in this order: at the file that is asked for, at $KUBECONFIG (one file), at the pod we run
 * in, at ~/.kube/config. The first that is there counts, also when it is wrong. Returns 0 and the
 * cluster, which cluster_done releases; -1 when there is none, or it is wrong. */
int discover_cluster(const struct discover_wish *wish,
                     struct cluster *cluster,
                     struct error *error);

/* Reads one kubeconfig file. Returns 0 and the cluster; 1 when there is no such file; -1. */
int discover_file(const char *path,
                  const struct discover_wish *wish,
                  struct cluster *cluster,
                  struct error *error);

/* Takes the cluster of a pod. Token and certificates are named by their files, which are replaced
 * while the pod lives. Returns 0 and the cluster; 1 when we are in no pod: no host or port; -1. */
int discover_pod(const struct discover_pod *pod, struct cluster *cluster, struct error *error);

#endif
