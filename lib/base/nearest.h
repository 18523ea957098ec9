/* nearest - which of the known words somebody meant who wrote another one. Pure. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* Begin with {.wanted = the unknown word}, then offer every known one. */
struct nearest {
    const char *wanted;
    const char *found; /* the nearest so far; NULL while none is near */
    size_t distance;
};

/* Keeps `candidate` when it is nearer than what was offered before and near at all: an edit for
 * each three letters of the wanted word. Case does not count. The distance is the number of
 * letters put in, left out or replaced: Levenshtein, "Binary codes capable of correcting deletions,
 * insertions, and reversals", 1966. */
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
