/* attend - the desk of each running attempt: it is opened and closed, and what leads report there
 * goes into the dossier. */
#ifndef CONTROLLER_ATTEND_H
#define CONTROLLER_ATTEND_H

#include "controller/dossier.h"

/* Opens the desk of the attempt that the status names, closes that of another; tells the witness
 * there what the status keeps for it. */
void attend_update(struct dossier *dossier);

/* Closes the desk, if one is open. */
void attend_end(struct dossier *dossier);

#endif
