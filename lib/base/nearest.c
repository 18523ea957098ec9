/* nearest - which of the known words somebody meant. */
#include "base/nearest.h"

#include <string.h>

#define LONGEST 64 /* longer words are near to none */

static int lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The distance of two words of at most LONGEST letters. `row` holds, for one prefix of `a`, the
 * distances to all prefixes of `b`. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t width = strlen(b);

    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 1; j <= width; j++) {
            size_t replaced = diagonal + (lower(a[i]) != lower(b[j - 1]));

            diagonal = row[j];
            row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[width];
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    size_t length = strlen(nearest->wanted);
    size_t far;

    if (length > LONGEST || strlen(candidate) > LONGEST)
        return;
    far = distance(nearest->wanted, candidate);
    if (far > (length + 2) / 3 || (nearest->found && far >= nearest->distance))
        return;
    nearest->found = candidate;
    nearest->distance = far;
}
