/* arguments - what the controller is told when it is started. */
#ifndef CONTROLLER_ARGUMENTS_H
#define CONTROLLER_ARGUMENTS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/log.h"

/* Texts point into argv or the environment. */
struct arguments {
    const char *kubeconfig;    /* NULL = as kubectl would, or as a pod does */
    const char *space;         /* namespace that is served; NULL = all */
    const char *listen;        /* where the Directory service listens */
    const char *directory;     /* numeric "host:port" at which agents reach it */
    const char *http;          /* where metrics and health are served */
    const char *agent_image;   /* that agents are installed from */
    const char *trainer_image; /* for native trainers that name none */
    bool own_authority;        /* made anew, and not in the Secret */
    const char *pod;           /* our name in Events */
    enum log_level log_level;
};

/* Reads the command line and the environment. Returns 0; 1 when help was asked for; 2
 * when something is wrong, which was reported on standard error. */
int arguments_read(struct arguments *arguments, int argc, char **argv);

#endif
