/* standing - what the agent says when the controller asks whether it trains. */
#ifndef AGENT_STANDING_H
#define AGENT_STANDING_H

#include <stdbool.h>

#include "agent/member.h"
#include "wire/rpc.h"

struct agent;

/* Whether the ranks are in a generation: from go until they have left it, whoever leads. A place
 * that may yet be given up is none. */
bool standing_runs(const struct member *member);

/* Takes a call of Member/Standing, and answers it. It must end before the agent does. */
void standing_serve(struct agent *agent, struct rpc_call *call);

#endif
