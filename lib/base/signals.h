/* signals - signals that a program takes as events of its loop. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include "base/loop.h"

/* Blocks the signals of `numbers` (0 ends them) in this thread and those that it starts, ignores
 * SIGPIPE, and calls `watch` when one has come. Children of base/process.h get the signals as they
 * were at first. Returns 0, and signals_done is owed; or -1, and the watch is as it was. */
int signals_open(struct loop *loop, struct watch *watch, const int *numbers, struct error *error);

/* Takes the next signal that has come. Returns its number, or 0 when there is none. */
int signals_next(const struct watch *watch);

/* Ends the watch. The signals stay blocked: one that comes late must not end the program. */
void signals_done(struct loop *loop, struct watch *watch);

#endif
