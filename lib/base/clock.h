/* clock - the one clock of the program: nanoseconds since boot, suspended time included, the same
 * for all processes of a machine. Pure code takes `now` as an argument and never calls this. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_MS(milliseconds) ((int64_t)(milliseconds) * 1000000)
#define CLOCK_SECONDS(seconds) ((int64_t)(seconds) * 1000000000)

/* A time that never comes. */
#define CLOCK_NEVER INT64_MAX

/* Now, in nanoseconds of CLOCK_BOOTTIME. */
int64_t clock_now(void);

/* Nanoseconds as milliseconds. */
double clock_to_ms(int64_t nanoseconds);

/* Sleeps for that many nanoseconds. For tests and tools, never for a loop. */
void clock_sleep(int64_t nanoseconds);

#endif
