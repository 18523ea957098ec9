/* admission - whether an agent that enrols is what it says: its token is verified with the keys of
 * the cluster's issuer, and the pod that it was given to must be the newest of the agent's slot. */
#ifndef CONTROLLER_ADMISSION_H
#define CONTROLLER_ADMISSION_H

#include "controller/directory.h"

struct controller;

/* Answers the visitor, at once or when newer keys were read: directory_settings.verify, with a
 * controller as context. */
void admission_verify(void *context, const struct directory_claim *claim, struct visitor *visitor);

/* The issuer's keys were read, or could not be: answers everybody who waits for that. */
void admission_resume(struct controller *controller);

/* Answers everybody who waits: the controller ends. */
void admission_close(struct controller *controller);

#endif
