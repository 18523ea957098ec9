/* settings - what an agent is told when it is started. */
#ifndef AGENT_SETTINGS_H
#define AGENT_SETTINGS_H

#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/net.h"
#include "wire/member_name.h"

/* Texts point into argv. */
struct settings {
    const char *job; /* uid */
    int64_t attempt;
    int64_t slot;
    int64_t ranks;
    const char *directory;  /* numeric "host:port" of the Directory service */
    const char *token_file; /* holds the token that the directory gives a certificate for */
    const char *trust_file; /* holds the certificates of those who vouch for the directory */
    const char *listen;     /* where the Member service listens: "127.0.0.1:0" */
    const char *host;       /* the address at which peers reach it; default: that of `listen` */
    const char *node;
    const char *pod;
    const char *metrics;      /* where metrics are served; NULL = nowhere */
    const char *memory_group; /* directory of the control group that bounds it; NULL = its own */
    const char *health_probe; /* program that watches the accelerators; NULL = none */
    const char *verdict;      /* file that receives how the job ended; NULL = none */
    int64_t grace;            /* seconds from SIGTERM to SIGKILL */
    enum log_level log_level;
    char *const *command;          /* of a rank, ended by NULL */
    struct member_name name;       /* of this slot; without a life */
    char listen_host[NET_ADDRESS]; /* where `host` points by default */
};

/* Reads the command line. Returns 0; 1 when help was asked for; 2 when something is
 * wrong, which was reported on standard error. */
int settings_read(struct settings *settings, int argc, char **argv);

#endif
