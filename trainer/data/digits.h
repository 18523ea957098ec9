/* digits - synthetic digits: images of the ten digits drawn from strokes. Pure.
 *
 * They are no photographs and no copy of anybody's data set; they are for trying out, for tests and
 * for measurements where nothing can be downloaded. Image `index` of a seed is the same however
 * many are made. */
#ifndef TRAINER_DIGITS_H
#define TRAINER_DIGITS_H

#include <stdint.h>

#define DIGITS_SIDE   28
#define DIGITS_PIXELS 784 /* of one image, row by row */

/* Draws image `index` of `seed` into DIGITS_PIXELS bytes (0 = paper) and returns its digit. A glyph
 * is a few strokes through control points; the points are moved, the whole is turned, sheared,
 * scaled and shifted, drawn by the distance to the nearest stroke with a random thickness, and
 * given noise. `difficulty` scales all of that: 0 draws every digit alike, 1 is the usual. */
uint8_t digits_draw(uint64_t seed, uint64_t index, double difficulty, uint8_t *pixels);

#endif
