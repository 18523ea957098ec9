/* file - whole reads, atomic writes and directories. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"

#define READ_CHUNK 65536

int file_put(int descriptor, const void *data, size_t size)
{
    const char *next = data;

    while (size) {
        ssize_t written = write(descriptor, next, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        next += written;
        size -= (size_t)written;
    }
    return 0;
}

int file_get_at(int descriptor, void *data, size_t size, off_t offset)
{
    char *next = data;

    while (size) {
        ssize_t got = pread(descriptor, next, size, offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (!got)
            return 1;
        next += got;
        offset += got;
        size -= (size_t)got;
    }
    return 0;
}

/* Reads what is left of the descriptor into `content`, at most `limit` bytes. */
static int read_all(
    int descriptor, const char *path, size_t limit, struct text *content, struct error *error)
{
    ssize_t got;

    do {
        size_t needed = content->size + READ_CHUNK + 1;

        if (memory_try_grow(&content->data, &content->capacity, needed, 1))
            return error_set(error, "cannot read %s: out of memory", path);
        got = read(descriptor, content->data + content->size, READ_CHUNK);
        if (got < 0 && errno != EINTR)
            return error_errno(error, "cannot read %s", path);
        content->size += got > 0 ? (size_t)got : 0;
        content->data[content->size] = '\0';
        if (content->size > limit)
            return error_set(error, "%s is larger than the %zu bytes allowed", path, limit);
    } while (got);
    return 0;
}

int file_read(const char *path, size_t limit, struct text *out, struct error *error)
{
    CLEAN_FD int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    CLEAN(text) struct text content = {0};

    if (descriptor < 0 && errno == ENOENT)
        return 1;
    if (descriptor < 0)
        return error_errno(error, "cannot open %s", path);
    if (read_all(descriptor, path, limit, &content, error))
        return -1;
    text_done(out);
    *out = content;
    content = (struct text){0};
    return 0;
}

/* Writes `data` into the new file `temporary` and makes it durable. */
static int write_durable(const char *temporary, const void *data, size_t size, struct error *error)
{
    CLEAN_FD int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (descriptor < 0)
        return error_errno(error, "cannot create %s", temporary);
    if (file_put(descriptor, data, size) || fsync(descriptor))
        return error_errno(error, "cannot write %s", temporary);
    return 0;
}

char *file_directory(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

int file_write(const char *path, const void *data, size_t size, struct error *error)
{
    CLEAN(text) struct text temporary = {0};
    CLEAN_FREE char *directory = file_directory(path);

    if (!directory)
        return error_set(error, "cannot write %s: out of memory", path);
    text_addf(&temporary, "%s.%ld.tmp", path, (long)getpid());
    if (write_durable(temporary.data, data, size, error)) {
        unlink(temporary.data);
        return -1;
    }
    if (rename(temporary.data, path)) {
        error_errno(error, "cannot rename %s", temporary.data);
        unlink(temporary.data);
        return -1;
    }
    return file_sync_directory(directory, error);
}

/* Makes one directory, if it is not there, and its name durable. Returns 0, or -1 with errno. */
static int make_one(const char *path)
{
    CLEAN_FREE char *parent = NULL;

    if (mkdir(path, 0755))
        return errno == EEXIST ? 0 : -1;
    parent = file_directory(path);
    return parent ? file_sync_directory(parent, NULL) : -1;
}

int file_make_directories(const char *path, struct error *error)
{
    CLEAN_FREE char *part = strdup(path);
    struct stat status;

    if (!part)
        return error_set(error, "cannot create %s: out of memory", path);
    for (char *slash = part; *slash; slash++) {
        if (*slash != '/' || slash == part)
            continue;
        *slash = '\0';
        if (make_one(part))
            return error_errno(error, "cannot create directory %s", part);
        *slash = '/';
    }
    if (make_one(part))
        return error_errno(error, "cannot create directory %s", part);
    if (stat(path, &status) || !S_ISDIR(status.st_mode))
        return error_set(error, "%s is there and is not a directory", path);
    return 0;
}

int file_sync_directory(const char *path, struct error *error)
{
    CLEAN_FD int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (descriptor < 0)
        return error_errno(error, "cannot open directory %s", path);
    if (fsync(descriptor))
        return error_errno(error, "cannot sync directory %s", path);
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

int file_remove_tree(const char *path, struct error *error)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
        return error_errno(error, "cannot remove %s", path);
    return 0;
}

int file_memory(const char *name, size_t size, struct error *error)
{
    CLEAN_FD int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (descriptor < 0)
        return error_errno(error, "cannot create memory file %s", name);
    if (ftruncate(descriptor, (off_t)size))
        return error_errno(error, "cannot size memory file %s to %zu bytes", name, size);
    return TAKE_FD(descriptor);
}
