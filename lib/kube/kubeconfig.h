/* kubeconfig - the part of a kubeconfig file that says where a cluster is and who we are. Pure.
 *
 * Read are the context with its cluster, user and namespace. What would change who we are or where
 * we go and is not supported is refused with its name, never passed over: exec, auth-provider,
 * username and password, impersonation, proxies. So is insecure-skip-tls-verify, unless asked for.
 * No message holds a value of the file but names and the server. */
#ifndef KUBE_KUBECONFIG_H
#define KUBE_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "kube/cluster.h"

#define KUBECONFIG_BYTES ((size_t)1 << 20) /* most that are read */

struct kubeconfig_source {
    const char *name; /* of the file, for messages */
    const char *bytes;
    size_t size;
    const char *directory; /* that paths in it are relative to */
    const char *context;   /* NULL = the current one */
    bool insecure;         /* insecure-skip-tls-verify is allowed */
};

/* Reads it. Returns 0 and the cluster, which cluster_check has passed and cluster_done releases; -1
 * when there is none to be had. */
int kubeconfig_read(const struct kubeconfig_source *source,
                    struct cluster *cluster,
                    struct error *error);

#endif
