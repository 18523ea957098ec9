/* admission - whether an agent that enrols is what it says: its token is reviewed by the API
 * server, which knows the pod that it was given to. */
#ifndef CONTROLLER_ADMISSION_H
#define CONTROLLER_ADMISSION_H

#include "base/error.h"
#include "controller/directory.h"

struct cJSON;
struct controller;

#define ADMISSION_POD 64

/* Answers the visitor, now or later: directory_settings.verify, with a controller as context. */
void admission_verify(void *context, const struct directory_claim *claim, struct visitor *visitor);

/* Answers everybody who waits: the controller ends. */
void admission_close(struct controller *controller);

/* Reads the answer to a TokenReview, which may be NULL. Returns 0 and the uid of the pod that the
 * token was given to; -1 when it is none of ours. Pure. */
int admission_read(const struct cJSON *review, char pod[ADMISSION_POD], struct error *error);

#endif
