/* spread - bytes from one rank to some others, along a binomial tree. */
#include "trainer/comm/spread.h"

#include <assert.h>

/* The lowest power of two above `place`. */
static int power_above(int place)
{
    int power = 1;

    assert(place >= 0 && place < SPREAD_MEMBERS);
    while (power <= place)
        power *= 2;
    return power;
}

int spread_parent(int place)
{
    return place ? place - power_above(place) / 2 : -1;
}

int spread_children(int place, int count, int children[SPREAD_CHILDREN])
{
    int found = 0;

    assert(count <= SPREAD_MEMBERS);
    for (int step = power_above(place); place + step < count; step *= 2)
        children[found++] = place + step;
    return found;
}

static int place_of(const int *members, int count, int rank)
{
    for (int i = 0; i < count; i++) {
        if (members[i] == rank)
            return i;
    }
    return -1;
}

int spread_run(struct comm *comm, const int *members, int count, void *data, size_t size)
{
    int place = place_of(members, count, comm->rank);
    int children[SPREAD_CHILDREN];
    int child_count;

    if (place < 0)
        return 0;
    if (place && comm_receive(comm, members[spread_parent(place)], data, size))
        return COMM_BROKEN;
    child_count = spread_children(place, count, children);
    for (int i = 0; i < child_count; i++) {
        if (comm_send(comm, members[children[i]], data, size))
            return COMM_BROKEN;
    }
    return 0;
}
