/* Any bytes as a kubeconfig file: refused with words, or a cluster that passes its check. */
#include <stdint.h>
#include <stdlib.h>

#include "kube/kubeconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kubeconfig_source source = {
        .name = "fuzz", .bytes = (const char *)data, .size = size, .directory = "/"};
    CLEAN(cluster) struct cluster cluster = {0};
    struct error error = {""};
    int outcome = kubeconfig_read(&source, &cluster, &error);

    if (outcome ? !error.text[0] || cluster.server : cluster_check(&cluster, NULL))
        abort();
    if (cluster.insecure)
        abort();
    return 0;
}
