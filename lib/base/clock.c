/* clock - nanoseconds since boot. */
#include "base/clock.h"

#include <time.h>

int64_t clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return CLOCK_SECONDS(now.tv_sec) + now.tv_nsec;
}

double clock_to_ms(int64_t nanoseconds)
{
    return (double)nanoseconds / 1e6;
}

void clock_sleep(int64_t nanoseconds)
{
    struct timespec left = {.tv_sec = nanoseconds / CLOCK_SECONDS(1),
                            .tv_nsec = nanoseconds % CLOCK_SECONDS(1)};

    while (nanosleep(&left, &left))
        ;
}
