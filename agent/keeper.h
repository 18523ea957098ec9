/* keeper - process 1 of a pod: owns the ranks and keeps an agent proper running beside them.
 *
 * It links no gRPC code into its life: it starts processes, holds their pages and sockets, reaps
 * whatever dies, and starts the agent proper again when that dies. It decides nothing else. */
#ifndef AGENT_KEEPER_H
#define AGENT_KEEPER_H

#include "agent/settings.h"

/* Runs until the agent proper says that the job is over, or a signal ends it. `argv` is the whole
 * command line, with which the agent proper is started again. Returns the exit code. */
int keeper_run(const struct settings *settings, char **argv);

#endif
