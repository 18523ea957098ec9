/* execute - a plan becomes requests, and their answers go into the dossier.
 *
 * Requests about pods go out side by side; when all are answered, the status patch; when that has
 * succeeded, the events. Then the job is decided about again, at once if something has changed. */
#ifndef CONTROLLER_EXECUTE_H
#define CONTROLLER_EXECUTE_H

#include "controller/dossier.h"
#include "controller/plan.h"

/* Carries out a plan, which it takes over. None may be under way for the job. */
void execute_start(struct dossier *dossier, struct plan *plan);

/* Lets go of what is under way; the server may do it yet. */
void execute_drop(struct dossier *dossier);

#endif
