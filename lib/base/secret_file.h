/* secret_file - a secret that somebody else keeps in a file: a token, which is one word, or a key
 * in hexadecimal digits. */
#ifndef BASE_SECRET_FILE_H
#define BASE_SECRET_FILE_H

#include <stddef.h>

#include "base/error.h"

/* Reads the word in the file, of at most `most` bytes with the white space behind it, which is cut.
 * Every byte of it may stand in a header. Returns 0 with the word, to be released with
 * secret_forget; -1 when there is none. No copy of it remains in memory. */
int secret_file_read(const char *path, size_t most, char **out, struct error *error);

/* Reads the file that the option `option` ("--key-file") names: exactly 2 x `size` hexadecimal
 * digits and at most a line feed behind them. `digits` has room for them and a zero byte. Returns 0
 * or -1. No copy of them remains in memory. */
int secret_file_hex(
    const char *option, const char *path, size_t size, char *digits, struct error *error);

#endif
