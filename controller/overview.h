/* overview - metrics and health of the controller. */
#ifndef CONTROLLER_OVERVIEW_H
#define CONTROLLER_OVERVIEW_H

#include "base/error.h"

struct controller;

/* Serves /metrics, /healthz and /readyz. Returns 0 or -1. */
int overview_open(struct controller *controller, struct error *error);
void overview_close(struct controller *controller);

/* Counts a decision. `policy` had the last word; NULL = none had. */
void overview_decided(struct controller *controller, const char *policy);

/* Counts an agent that showed a token. `word` says what came of it. */
void overview_enrolled(struct controller *controller, const char *word);

/* Counts a call that was refused because of who made it. */
void overview_refused(struct controller *controller, const char *word);

#endif
