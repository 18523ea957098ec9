/* box - sizes, intersections, tilings and runs of boxes. */
#include "trainer/checkpoint/box.h"

int64_t box_elements(const struct box *box)
{
    int64_t elements = 1;

    if (box->dimensions < 1 || box->dimensions > BOX_DIMENSIONS)
        return 0;
    for (size_t i = 0; i < box->dimensions; i++) {
        if (box->shape[i] < 1 || box->shape[i] > BOX_LIMIT / elements)
            return 0;
        if (box->offset[i] < 0 || box->offset[i] > BOX_LIMIT)
            return 0;
        elements *= box->shape[i];
    }
    return elements;
}

static int64_t end_of(const struct box *box, size_t dimension)
{
    return box->offset[dimension] + box->shape[dimension];
}

bool box_intersect(const struct box *a, const struct box *b, struct box *common)
{
    struct box both = {.dimensions = a->dimensions};

    for (size_t i = 0; i < a->dimensions; i++) {
        int64_t begin = a->offset[i] > b->offset[i] ? a->offset[i] : b->offset[i];
        int64_t end = end_of(a, i) < end_of(b, i) ? end_of(a, i) : end_of(b, i);

        if (begin >= end)
            return false;
        both.offset[i] = begin;
        both.shape[i] = end - begin;
    }
    if (common)
        *common = both;
    return true;
}

static bool box_within(const struct box *whole, const struct box *box)
{
    if (box->dimensions != whole->dimensions || !box_elements(box))
        return false;
    for (size_t i = 0; i < box->dimensions; i++) {
        if (end_of(box, i) > whole->shape[i])
            return false;
    }
    return true;
}

/* Boxes that lie inside, have nothing in common and are as large as the whole together leave no
 * element out. */
int box_tile(const struct box *whole, const struct box *boxes, size_t count, struct error *error)
{
    int64_t left = box_elements(whole);

    for (size_t i = 0; i < count; i++) {
        if (!box_within(whole, &boxes[i]))
            return error_set(error, "box %zu does not lie within its tensor", i);
        for (size_t k = 0; k < i; k++) {
            if (box_intersect(&boxes[i], &boxes[k], NULL))
                return error_set(error, "boxes %zu and %zu have elements in common", k, i);
        }
        left -= box_elements(&boxes[i]);
    }
    if (left)
        return error_set(error, "%lld elements are in no box", (long long)left);
    return 0;
}

void box_walk_begin(struct box_walk *walk, const struct box *whole, const struct box *box)
{
    size_t last = box->dimensions - 1;
    int64_t stride = 1;

    *walk = (struct box_walk){.run = box->shape[last], .outer = last};
    for (size_t i = box->dimensions; i > 0; i--) {
        walk->stride[i - 1] = stride;
        walk->shape[i - 1] = box->shape[i - 1];
        walk->first += box->offset[i - 1] * stride;
        stride *= whole->shape[i - 1];
    }
    while (walk->outer > 0 && box->shape[walk->outer] == whole->shape[walk->outer])
        walk->run *= box->shape[--walk->outer];
}

bool box_walk_next(struct box_walk *walk, int64_t *index)
{
    size_t i = walk->outer;

    if (walk->done)
        return false;
    *index = walk->first;
    for (size_t k = 0; k < walk->outer; k++)
        *index += walk->place[k] * walk->stride[k];
    while (i > 0 && ++walk->place[i - 1] == walk->shape[i - 1])
        walk->place[--i] = 0;
    walk->done = i == 0;
    return true;
}
