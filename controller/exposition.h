/* exposition - metrics and health of the controller. */
#ifndef CONTROLLER_EXPOSITION_H
#define CONTROLLER_EXPOSITION_H

#include "base/error.h"

struct controller;

/* Serves /metrics, /healthz and /readyz. Returns 0 or -1. */
int exposition_open(struct controller *controller, struct error *error);
void exposition_close(struct controller *controller);

/* Counts a decision. `policy` had the last word; NULL = none had. */
void exposition_decided(struct controller *controller, const char *policy);

#endif
