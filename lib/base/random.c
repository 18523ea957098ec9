/* random - SplitMix64. */
#include "base/random.h"

uint64_t random_next(uint64_t *state)
{
    uint64_t word = *state += 0x9e3779b97f4a7c15u;

    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
}

uint64_t random_below(uint64_t *state, uint64_t limit)
{
    __extension__ typedef unsigned __int128 wide;

    return (uint64_t)((wide)random_next(state) * limit >> 64);
}
