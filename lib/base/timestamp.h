/* timestamp - points in time as texts of RFC 3339 in UTC, "2026-11-21T16:07:36Z". Pure.
 *
 * A point is a count of whole seconds since 1970 as POSIX has it, without leap seconds. */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include <stdint.h>

#include "base/text.h"

#define TIMESTAMP_LAST 253402300799 /* the end of the year 9999 */

/* Adds a point from 0 to TIMESTAMP_LAST; what is outside is moved to the nearer end. */
void timestamp_add(struct text *text, int64_t seconds);

/* Reads a text with a 'Z' at its end; a fraction of a second is dropped. Returns 0, or 1 when
 * `text`, which may be NULL, is no such text or lies before 1970. */
int timestamp_read(const char *text, int64_t *seconds);

#endif
