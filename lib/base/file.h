/* file - whole reads, atomic writes and directories, with short counts and EINTR handled. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"

/* Reads the whole file into `out` (replaced). Returns 0, 1 when there is no such file, -1 when it
 * cannot be read or is larger than `limit` bytes. `out` is untouched unless 0 is returned. */
int file_read(const char *path, size_t limit, struct text *out, struct error *error);

/* Writes the file so that a crash leaves the old one or the new one, never a part: a temporary
 * beside it, fsync, rename, fsync of the directory. Replaces an existing file. Returns 0; -1 when
 * it cannot, and then the old file is there or, when only its directory could not be made durable,
 * the new one. No temporary remains. */
int file_write(const char *path, const void *data, size_t size, struct error *error);

/* Writes all bytes to the descriptor at its position. Returns 0, or -1 with errno set. */
int file_put(int descriptor, const void *data, size_t size);

/* Reads exactly `size` bytes at `offset`. Returns 0, 1 when the file ends before, -1 with errno. */
int file_get_at(int descriptor, void *data, size_t size, off_t offset);

/* Copies the path of the directory that `path` lies in, "." when it has no slash. Returns it, to be
 * released with free(), or NULL when there is no memory. */
char *file_directory(const char *path);

/* Makes the directory and its missing parents, mode 0755, and their names durable. Returns 0 (also
 * when it is there) or -1. */
int file_make_directories(const char *path, struct error *error);

/* Makes the names in a directory durable. Returns 0 or -1. */
int file_sync_directory(const char *path, struct error *error);

/* Removes a file or a directory with everything in it; symbolic links are not followed. Returns 0
 * (also when it is not there) or -1. */
int file_remove_tree(const char *path, struct error *error);

/* Makes an anonymous file of `size` zero bytes in memory, close-on-exec. Returns the descriptor,
 * owned by the caller, or -1. */
int file_memory(const char *name, size_t size, struct error *error);

#endif
