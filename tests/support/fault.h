/* fault - makes the k-th allocation or system call of the code under test fail.
 *
 * The functions of wrapped.txt are wrapped by the linker in unit tests. Disarmed, a wrapper costs a
 * comparison and calls the real function.
 *
 *   for (int k = 1; fault_arm(FAULT_ANY, k), outcome = f(...), fault_disarm(); k++)
 *       CU_ASSERT(outcome == -1);
 */
#ifndef SUPPORT_FAULT_H
#define SUPPORT_FAULT_H

#define FAULT_EXIT 77

enum fault_kind {
    FAULT_MEMORY = 1, /* malloc, calloc, realloc, aligned_alloc, strdup */
    FAULT_SYSTEM = 2, /* files, sockets, processes */
    FAULT_ANY = 3,
    FAULT_TRIES = 4,                 /* memory, but not within memory_get and texts, which abort */
    FAULT_OUTCOMES = FAULT_TRIES | 2 /* all that a caller can be told of */
};

/* From now on the k-th call of that kind in this thread fails (memory: NULL; system: errno EIO). */
void fault_arm(enum fault_kind kind, int k);

/* From now on the process ends at the k-th call of that kind in this thread, without making it and
 * without cleaning up, with the exit code FAULT_EXIT. For a forked child. */
void fault_arm_exit(enum fault_kind kind, int k);

/* Ends it. Returns 1 when a call was made to fail since fault_arm, else 0. */
int fault_disarm(void);

#endif
