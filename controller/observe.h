/* observe - what the API server tells of jobs and pods goes into their dossiers. */
#ifndef CONTROLLER_OBSERVE_H
#define CONTROLLER_OBSERVE_H

#include "controller/pod_record.h"

struct controller;
struct dossier;

/* Begins to list and watch. */
void observe_start(struct controller *controller);
void observe_stop(struct controller *controller);

/* Lays in a pod that was seen otherwise, and takes the record over. */
void observe_pod(struct controller *controller, struct pod_record *record);

/* The pod of that uid is not there any more, as an answer has said. */
void observe_gone(struct dossier *dossier, const char *uid);

#endif
