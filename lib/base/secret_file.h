/* secret_file - a secret that somebody else keeps in a file: a token, which is one word. */
#ifndef BASE_SECRET_FILE_H
#define BASE_SECRET_FILE_H

#include <stddef.h>

#include "base/error.h"

/* Reads the word in the file, of at most `most` bytes with the white space behind it, which is cut.
 * Every byte of it may stand in a header. Returns 0 with the word, to be released with
 * secret_forget; -1 when there is none. No copy of it remains in memory. */
int secret_file_read(const char *path, size_t most, char **out, struct error *error);

#endif
