/* output_memory - what the ranks of a pod said last, in memory that another process can look into.
 *
 * The keeper makes it, with one tail a rank. Nothing is served: whoever may look into the keeper's
 * open files, which the kernel allows to the same user in the same pod (proc(5), ptrace(2)), finds
 * it there by its name and reads it, also while the keeper is stopped. */
#ifndef AGENT_OUTPUT_MEMORY_H
#define AGENT_OUTPUT_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

#include "agent/tail.h"
#include "base/error.h"
#include "base/text.h"

struct output_memory {
    struct tail *tails; /* of each rank */
    uint32_t count;
    int descriptor;
};

/* Makes the memory of `count` ranks that have said nothing. Returns 0, and output_memory_done is
 * owed; or -1. */
int output_memory_init(struct output_memory *memory, uint32_t count, struct error *error);

void output_memory_done(struct output_memory *memory);

/* Adds what a rank of that keeper said last, at most TAIL_SIZE bytes, as they came; `proc` is where
 * proc(5) is. Returns 0; 1 when the process is no keeper, or cannot be looked into; 2 when it has
 * no such rank; -1 when it cannot be read. */
int output_memory_read(
    const char *proc, pid_t keeper, uint32_t rank, struct text *out, struct error *error);

#endif
