/* log - one line an event, to standard error. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE 2000

static const char *const level_names[] = {"debug", "info", "warning", "error"};

static int line_begin(char *line, size_t size, const struct log *log, enum log_level level)
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    return snprintf(line,
                    size,
                    "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %s %s: ",
                    utc.tm_year + 1900,
                    utc.tm_mon + 1,
                    utc.tm_mday,
                    utc.tm_hour,
                    utc.tm_min,
                    utc.tm_sec,
                    now.tv_nsec / 1000000,
                    level_names[level],
                    log->who);
}

void log_write(const struct log *log, enum log_level level, const char *format, ...)
{
    char line[LOG_LINE];
    va_list arguments;
    size_t size;
    ssize_t written;

    if (level < log->least)
        return;
    size = (size_t)line_begin(line, sizeof line, log, level);
    if (size >= sizeof line - 1)
        size = sizeof line - 2;
    va_start(arguments, format);
    vsnprintf(line + size, sizeof line - 1 - size, format, arguments);
    va_end(arguments);
    for (char *at = line; *at; at++) {
        if ((unsigned char)*at < 32 || *at == 127)
            *at = '?';
    }
    size = strlen(line);
    line[size++] = '\n';
    written = write(STDERR_FILENO, line, size);
    (void)written; /* there is nowhere left to complain to */
}

int log_level_parse(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (!strcmp(name, level_names[i])) {
            *level = (enum log_level)i;
            return 0;
        }
    }
    return 1;
}
