/* timestamp - texts of RFC 3339 in UTC. */
#include "base/timestamp.h"

#include <stdbool.h>
#include <stddef.h>

#define DAY           86400
#define ERA_DAYS      146097 /* of 400 years, after which the calendar repeats */
#define EPOCH_TO_1970 719468 /* days from 1 March of the year 0 */

struct date {
    int64_t year;
    int64_t month; /* from 1 */
    int64_t day;   /* from 1 */
};

/* Both directions: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days
 * and days_from_civil. Years begin in March there, so that a leap day is the last of its year. */
static struct date date_of(int64_t days)
{
    int64_t shifted = days + EPOCH_TO_1970;
    int64_t era = shifted / ERA_DAYS;
    int64_t of_era = shifted % ERA_DAYS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    struct date date = {.year = year + era * 400,
                        .month = month < 10 ? month + 3 : month - 9,
                        .day = of_year - (153 * month + 2) / 5 + 1};

    date.year += date.month <= 2;
    return date;
}

static int64_t days_of(const struct date *date)
{
    int64_t year = date->year - (date->month <= 2);
    int64_t era = year / 400;
    int64_t of_era_year = year % 400;
    int64_t month = date->month > 2 ? date->month - 3 : date->month + 9;
    int64_t of_year = (153 * month + 2) / 5 + date->day - 1;

    return era * ERA_DAYS + of_era_year * 365 + of_era_year / 4 - of_era_year / 100 + of_year -
           EPOCH_TO_1970;
}

void timestamp_add(struct text *text, int64_t seconds)
{
    int64_t point = seconds < 0 ? 0 : seconds > TIMESTAMP_LAST ? TIMESTAMP_LAST : seconds;
    int64_t second = point % DAY;
    struct date date = date_of(point / DAY);

    text_addf(text,
              "%04d-%02d-%02dT%02d:%02d:%02dZ",
              (int)date.year,
              (int)date.month,
              (int)date.day,
              (int)(second / 3600),
              (int)(second / 60 % 60),
              (int)(second % 60));
}

/* Reads as many digits as `form` has of 'd', and its other letters as they are. */
static const char *form_read(const char *text, const char *form, int64_t *numbers)
{
    bool inside = false;

    for (; *form; form++, text++) {
        if (*form != 'd' && *text != *form)
            return NULL;
        if (*form == 'd' && (*text < '0' || *text > '9'))
            return NULL;
        if (*form == 'd')
            *numbers = *numbers * 10 + (*text - '0');
        else if (inside)
            numbers++;
        inside = *form == 'd';
    }
    return text;
}

static bool is_date(const struct date *date)
{
    struct date again;

    if (date->year < 1970 || date->month < 1 || date->month > 12 || date->day < 1)
        return false;
    again = date_of(days_of(date));
    return again.month == date->month && again.day == date->day;
}

int timestamp_read(const char *text, int64_t *seconds)
{
    int64_t numbers[6] = {0};
    const char *at = text ? form_read(text, "dddd-dd-ddTdd:dd:dd", numbers) : NULL;
    struct date date = {numbers[0], numbers[1], numbers[2]};

    if (at && *at == '.' && at[1] >= '0' && at[1] <= '9') {
        at++;
        while (*at >= '0' && *at <= '9')
            at++;
    }
    if (!at || at[0] != 'Z' || at[1])
        return 1;
    if (!is_date(&date) || numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 59)
        return 1;
    *seconds = days_of(&date) * DAY + numbers[3] * 3600 + numbers[4] * 60 + numbers[5];
    return 0;
}
