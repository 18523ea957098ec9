/* dial - asking an agent how it stands, before its attempt is given up. */
#ifndef CONTROLLER_DIAL_H
#define CONTROLLER_DIAL_H

#include "controller/dossier.h"

/* Asks the agent of the pod with that uid, unless it is being asked. What it says, or that it says
 * nothing within two seconds, is laid into the dossier, and the job is decided about again. */
void dial_ask(struct dossier *dossier, const char *uid);

/* Lets go of the question about a pod, if there is one. */
void dial_end(struct dossier_pod *pod);

#endif
