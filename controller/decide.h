/* decide - a dossier that is due becomes a plan, which is carried out. */
#ifndef CONTROLLER_DECIDE_H
#define CONTROLLER_DECIDE_H

#include <stdint.h>

#include "controller/dossier.h"

/* Decides about the job soon: once for all that happens until then. */
void decide_soon(struct dossier *dossier);

/* Decides no later than at `due`, on clock_now's scale. */
void decide_by(struct dossier *dossier, int64_t due);

/* Decides about every job, now that everything was read. */
void decide_all(struct controller *controller);

/* Calls for every dossier; none may be made or let go of by that. */
void decide_each(struct controller *controller, void (*call)(struct dossier *dossier));

/* Lets go of a job that is gone, with all that goes on for it. */
void decide_forget(struct dossier *dossier);

#endif
