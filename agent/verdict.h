/* verdict - how the job ended, left in a file for whoever looks at the pod. */
#ifndef AGENT_VERDICT_H
#define AGENT_VERDICT_H

#include "base/error.h"

#define VERDICT_MOST 4096 /* bytes; kubelets keep no more, and of a longer file the end only */

/* Writes the outcome's word on the first line and the text behind it, cut between characters at
 * VERDICT_MOST. The file is written in place: on a cluster it is mounted and cannot be replaced.
 * Returns 0, or -1; then the file may hold a part. */
int verdict_write(const char *path, const char *outcome, const char *text, struct error *error);

#endif
