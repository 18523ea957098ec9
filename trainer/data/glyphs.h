/* glyphs - the strokes of the ten digits, as control points in the unit square. Pure. */
#ifndef TRAINER_GLYPHS_H
#define TRAINER_GLYPHS_H

#include <stddef.h>

#define GLYPH_STROKES 3
#define GLYPH_POINTS  13 /* most points of one stroke */

struct glyph_point {
    double x; /* to the right */
    double y; /* downwards */
};

/* A smooth curve through its points. */
struct glyph_stroke {
    size_t count;
    struct glyph_point points[GLYPH_POINTS];
};

struct glyph {
    size_t count;
    struct glyph_stroke strokes[GLYPH_STROKES];
};

extern const struct glyph glyphs[10];

#endif
