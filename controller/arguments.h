/* arguments - what the controller is told when it is started. */
#ifndef CONTROLLER_ARGUMENTS_H
#define CONTROLLER_ARGUMENTS_H

#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "wire/rpc.h"

/* Texts point into argv or the environment. */
struct arguments {
    const char *kubeconfig;    /* NULL = as kubectl would, or as a pod does */
    const char *space;         /* namespace that is served; NULL = all */
    const char *listen;        /* where the Directory service listens */
    const char *directory;     /* numeric "host:port" at which agents reach it */
    const char *http;          /* where metrics and health are served */
    const char *agent_image;   /* that agents are installed from */
    const char *trainer_image; /* for native trainers that name none */
    const char *key_file;      /* holds the key; NULL = the Secret does */
    const char *pod;           /* our name in Events */
    enum log_level log_level;
    char key[RPC_SECRET]; /* of the file; "" = none */
};

/* Reads the command line, the environment and the key file. Returns 0; 1 when help was asked for; 2
 * when something is wrong, which was reported on standard error. */
int arguments_read(struct arguments *arguments, int argc, char **argv);

#endif
