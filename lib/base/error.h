/* error - how a function says that it cannot go on.
 *
 * A function that can fail returns an int: 0 for success, a negative number when it cannot go on
 * (the reason is in the caller's struct error), a positive number for a documented outcome that the
 * caller must handle and must not pass up. Output parameters are written only on success. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>

#define ERROR_TEXT 512

/* The reason of a failure, in words for a user. Owned by whoever asked; never allocated. */
struct error {
    char text[ERROR_TEXT];
};

/* error_set(error, format, ...): stores the formatted reason, cut at ERROR_TEXT.
 * error_errno(...): the same, and appends ": " and the text of errno; errno is kept.
 * error_prefix(...): puts the formatted words and ": " before the reason that is already there.
 *
 * `error` may be NULL. Each yields -1, so that a caller can write `return error_set(error, ...)`;
 * they are macros so that a compiler sees it too. */
#define error_set(error, ...)    (error_note((error), __VA_ARGS__), error_code())
#define error_errno(error, ...)  (error_note_errno((error), __VA_ARGS__), error_code())
#define error_prefix(error, ...) (error_note_prefix((error), __VA_ARGS__), error_code())

static inline int error_code(void)
{
    return -1;
}

void error_note(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_note_errno(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void error_note_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
