/* digits - synthetic digits drawn from strokes. */
#include "trainer/data/digits.h"

#include <math.h>

#include "trainer/core/philox.h"
#include "trainer/data/glyphs.h"

#define SPAN_PARTS 5    /* straight pieces between two control points */
#define BOX        20.0 /* pixels of the unit square before scaling */
#define REACH      4.5  /* pixels from a stroke that its ink can lie on */
#define FAR        1e9f

_Static_assert(DIGITS_PIXELS == DIGITS_SIDE * DIGITS_SIDE, "images are square");

/* The random numbers of one image are numbered; each use has its own. */
enum draw {
    DRAW_DIGIT,
    DRAW_TURN,
    DRAW_SHEAR,
    DRAW_WIDTH,
    DRAW_HEIGHT,
    DRAW_SHIFT_X,
    DRAW_SHIFT_Y,
    DRAW_THICKNESS,
    DRAW_INK,
    DRAW_POINTS = 16,  /* two for each control point */
    DRAW_NOISE = 4096, /* one block for four pixels */
};

/* One image in the making. */
struct picture {
    uint64_t seed;
    uint64_t index;
    double difficulty;
    double matrix[2][2]; /* from the unit square, centred, to pixels */
    double shift[2];
    float distance[DIGITS_PIXELS]; /* from a pixel to the nearest stroke */
};

static double normal(const struct picture *picture, uint64_t draw)
{
    return picture->difficulty * philox_normal(picture->seed, picture->index, draw);
}

/* Turned, sheared, scaled, shifted. */
static void placement_choose(struct picture *picture)
{
    double turn = 0.17 * normal(picture, DRAW_TURN);
    double shear = 0.21 * normal(picture, DRAW_SHEAR);
    double width = BOX * 0.72 * exp(0.17 * normal(picture, DRAW_WIDTH));
    double height = BOX * exp(0.105 * normal(picture, DRAW_HEIGHT));

    picture->matrix[0][0] = width * cos(turn);
    picture->matrix[0][1] = height * (-sin(turn) - shear * cos(turn));
    picture->matrix[1][0] = width * sin(turn);
    picture->matrix[1][1] = height * (cos(turn) - shear * sin(turn));
    picture->shift[0] = DIGITS_SIDE / 2.0 + 1.4 * normal(picture, DRAW_SHIFT_X);
    picture->shift[1] = DIGITS_SIDE / 2.0 + 1.4 * normal(picture, DRAW_SHIFT_Y);
}

/* Where control point number `draw` of the image comes to lie, in pixels. */
static struct glyph_point point_place(const struct picture *picture,
                                      struct glyph_point point,
                                      uint64_t draw)
{
    double x = point.x - 0.5 + 0.046 * normal(picture, DRAW_POINTS + 2 * draw);
    double y = point.y - 0.5 + 0.046 * normal(picture, DRAW_POINTS + 2 * draw + 1);

    return (struct glyph_point){
        picture->matrix[0][0] * x + picture->matrix[0][1] * y + picture->shift[0],
        picture->matrix[1][0] * x + picture->matrix[1][1] * y + picture->shift[1]};
}

static double squared_distance(struct glyph_point p, struct glyph_point a, struct glyph_point b)
{
    double dx = b.x - a.x;
    double dy = b.y - a.y;
    double length = dx * dx + dy * dy;
    double along = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;

    along = along < 0 ? 0 : along > 1 ? 1 : along;
    dx = p.x - a.x - along * dx;
    dy = p.y - a.y - along * dy;
    return dx * dx + dy * dy;
}

static int bounded(double pixel)
{
    return pixel < 0 ? 0 : pixel > DIGITS_SIDE - 1 ? DIGITS_SIDE - 1 : (int)pixel;
}

/* Brings the distances up to date for the straight piece from `a` to `b`, near it. */
static void piece_draw(struct picture *picture, struct glyph_point a, struct glyph_point b)
{
    int left = bounded(fmin(a.x, b.x) - REACH);
    int right = bounded(fmax(a.x, b.x) + REACH);
    int top = bounded(fmin(a.y, b.y) - REACH);
    int bottom = bounded(fmax(a.y, b.y) + REACH);

    for (int y = top; y <= bottom; y++) {
        for (int x = left; x <= right; x++) {
            struct glyph_point centre = {x + 0.5, y + 0.5};
            float distance = (float)squared_distance(centre, a, b);
            float *nearest = &picture->distance[y * DIGITS_SIDE + x];

            *nearest = distance < *nearest ? distance : *nearest;
        }
    }
}

/* The point at `t` in [0, 1] between p[1] and p[2]. Catmull, Rom, "A class of local interpolating
 * splines", 1974. */
static struct glyph_point spline(const struct glyph_point p[4], double t)
{
    double a = t * (-1 + t * (2 - t)) / 2;
    double b = (2 + t * t * (3 * t - 5)) / 2;
    double c = t * (1 + t * (4 - 3 * t)) / 2;
    double d = t * t * (t - 1) / 2;

    return (struct glyph_point){a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x,
                                a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y};
}

/* Draws a curve through the points; its ends are doubled. */
static void stroke_draw(struct picture *picture, const struct glyph_point *points, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        struct glyph_point around[4] = {
            points[i ? i - 1 : 0], points[i], points[i + 1], points[i + 2 < count ? i + 2 : i + 1]};
        struct glyph_point from = around[1];

        for (int part = 1; part <= SPAN_PARTS; part++) {
            struct glyph_point to = spline(around, (double)part / SPAN_PARTS);

            piece_draw(picture, from, to);
            from = to;
        }
    }
}

static void glyph_draw(struct picture *picture, const struct glyph *glyph)
{
    uint64_t draw = 0;

    for (int i = 0; i < DIGITS_PIXELS; i++)
        picture->distance[i] = FAR;
    for (size_t s = 0; s < glyph->count; s++) {
        struct glyph_point points[GLYPH_POINTS];

        for (size_t i = 0; i < glyph->strokes[s].count; i++)
            points[i] = point_place(picture, glyph->strokes[s].points[i], draw++);
        stroke_draw(picture, points, glyph->strokes[s].count);
    }
}

/* Turns distances into ink and adds noise. */
static void ink_apply(const struct picture *picture, uint8_t *pixels)
{
    double thickness = fmin(REACH - 1, 1.15 * exp(0.28 * normal(picture, DRAW_THICKNESS)));
    double ink = 1 - fmin(0.5, 0.16 * fabs(normal(picture, DRAW_INK)));
    double noise = 0.21 * picture->difficulty;
    struct philox_block block = {{0}};

    for (int i = 0; i < DIGITS_PIXELS; i++) {
        double edge = thickness + 0.5 - sqrt((double)picture->distance[i]);
        double value = ink * (edge < 0 ? 0 : edge > 1 ? 1 : edge);

        if (i % 4 == 0)
            block = philox_at(picture->seed, picture->index, DRAW_NOISE + (uint64_t)i / 4);
        value += noise * (block.word[i % 4] * 0x1p-31 - 1);
        pixels[i] = (uint8_t)(255 * (value < 0 ? 0 : value > 1 ? 1 : value) + 0.5);
    }
}

uint8_t digits_draw(uint64_t seed, uint64_t index, double difficulty, uint8_t *pixels)
{
    struct picture picture = {.seed = seed, .index = index, .difficulty = difficulty};
    uint8_t digit = (uint8_t)(philox_uniform(seed, index, DRAW_DIGIT) * 10);

    placement_choose(&picture);
    glyph_draw(&picture, &glyphs[digit]);
    ink_apply(&picture, pixels);
    return digit;
}
