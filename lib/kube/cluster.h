/* cluster - where an API server is, how to know it and how to be known by it. Pure.
 *
 * Kept in memory are secrets: cluster_done overwrites them, and no message holds them. */
#ifndef KUBE_CLUSTER_H
#define KUBE_CLUSTER_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"

/* Texts are owned; NULL = not given. Of a file and its content at most one is given. */
struct cluster {
    char *server;         /* "https://10.0.0.1:443" */
    char *server_name;    /* that its certificate is for, if not the host of `server` */
    char *authority;      /* certificates that sign the server's, as PEM */
    char *authority_file; /* read again for new connections, so that it can be changed */
    bool insecure;        /* the server's certificate is not verified */
    char *certificate;    /* ours, as PEM */
    char *certificate_file;
    char *key; /* of our certificate, as PEM */
    char *key_file;
    char *token;      /* bearer token */
    char *token_file; /* read again as it changes */
    char *space;      /* namespace we are in */
};

/* Checks what must hold for every cluster: the server is an https URL without path, user or query,
 * or an http one on the loopback interface; a certificate has a key. Returns 0 or -1. */
int cluster_check(const struct cluster *cluster, struct error *error);

void cluster_done(struct cluster *cluster);

CLEANUP_DEFINE(cluster, struct cluster, cluster_done)

#endif
