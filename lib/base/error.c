/* error - the reason of a failure, gathered in the caller's memory. */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void error_note(struct error *error, const char *format, ...)
{
    va_list arguments;

    if (error) {
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
}

void error_note_errno(struct error *error, const char *format, ...)
{
    int number = errno;
    char reason[96];
    va_list arguments;
    size_t used;

    if (error) {
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        used = strlen(error->text);
        snprintf(error->text + used,
                 sizeof error->text - used,
                 ": %s",
                 strerror_r(number, reason, sizeof reason));
    }
    errno = number;
}

void error_note_prefix(struct error *error, const char *format, ...)
{
    struct error inner;
    va_list arguments;
    size_t used;

    if (error) {
        inner = *error;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        used = strlen(error->text);
        snprintf(error->text + used, sizeof error->text - used, ": %s", inner.text);
    }
}
