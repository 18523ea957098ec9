/* content - the bytes of an IDX file. */
#include "trainer/data/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "trainer/data/gzip.h"

/* Maps the file. Returns as content_open. */
static int content_map(const char *path, struct content *content, struct error *error)
{
    CLEAN_FD int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *mapping;

    if (descriptor < 0 && errno == ENOENT)
        return 1;
    if (descriptor < 0 || fstat(descriptor, &status))
        return error_errno(error, "cannot open");
    if (!S_ISREG(status.st_mode))
        return error_set(error, "not a regular file");
    if (!status.st_size)
        return error_set(error, "the file is empty");
    mapping = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapping == MAP_FAILED)
        return error_errno(error, "cannot map");
    *content = (struct content){mapping, (size_t)status.st_size, mapping, NULL};
    return 0;
}

int content_expand(enum idx_kind kind,
                   const uint8_t *zipped,
                   size_t size,
                   struct content *content,
                   struct error *error)
{
    uint8_t header[IDX_IMAGES_HEADER];
    CLEAN_FREE uint8_t *bytes = NULL;
    uint64_t length;
    size_t got;
    int outcome;

    if (gzip_expand(zipped, size, header, idx_header(kind), &got, error) < 0 ||
        idx_length(kind, header, got, &length, error))
        return -1;
    if (length / GZIP_RATIO > size)
        return error_set(error,
                         "its header promises %llu bytes, more than %zu compressed bytes can hold",
                         (unsigned long long)length,
                         size);
    bytes = memory_try(length, 1);
    if (!bytes)
        return error_set(error, "no memory for its %llu bytes", (unsigned long long)length);
    outcome = gzip_expand(zipped, size, bytes, length, &got, error);
    if (outcome < 0)
        return -1;
    if (outcome)
        return error_set(
            error, "more than the %llu bytes that its header promises", (unsigned long long)length);
    *content = (struct content){.bytes = bytes, .size = got, .expanded = bytes};
    bytes = NULL;
    return 0;
}

static bool is_compressed(const char *path)
{
    size_t length = strlen(path);

    return length > 3 && !strcmp(path + length - 3, ".gz");
}

/* As content_open, but the reason is without the path. */
static int content_load(const char *path,
                        enum idx_kind kind,
                        struct content *content,
                        struct idx *idx,
                        struct error *error)
{
    CLEAN(content) struct content mapped = {0};
    CLEAN(content) struct content expanded = {0};
    struct content *chosen = &mapped;
    int outcome = content_map(path, &mapped, error);

    if (outcome)
        return outcome;
    if (is_compressed(path)) {
        chosen = &expanded;
        if (content_expand(kind, mapped.bytes, mapped.size, &expanded, error))
            return -1;
    }
    if (idx_read(kind, chosen->bytes, chosen->size, idx, error))
        return -1;
    *content = *chosen;
    *chosen = (struct content){0};
    return 0;
}

int content_open(const char *path,
                 enum idx_kind kind,
                 struct content *content,
                 struct idx *idx,
                 struct error *error)
{
    int outcome = content_load(path, kind, content, idx, error);

    return outcome < 0 ? error_prefix(error, "%s", path) : outcome;
}

void content_done(struct content *content)
{
    if (content->mapping)
        munmap(content->mapping, content->size);
    free(content->expanded);
    *content = (struct content){0};
}
