/* arena - one piece of memory cut into arrays that begin on cache lines.
 *
 * The same cuts are made twice: first without memory, to count, then with it, to place. */
#ifndef TRAINER_ARENA_H
#define TRAINER_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARENA_ALIGNMENT 64 /* bytes */

/* Zero-initialise to begin counting. */
struct arena {
    char *memory;
    size_t used; /* bytes cut so far */
    bool beyond; /* more than can be counted was asked for */
};

/* Cuts an array of rows x columns elements of `size` bytes off. Returns its place, or NULL while
 * counting. */
void *arena_cut(struct arena *arena, int64_t rows, int64_t columns, size_t size);

/* Gets zeroed memory for everything counted and begins to place. Returns 0, or 1 when there is not
 * that much. The memory is released with arena_done. */
int arena_place(struct arena *arena);
void arena_done(struct arena *arena);

#endif
