/* shard - reading a file of a checkpoint. */
#include "trainer/checkpoint/shard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/memory.h"
#include "trainer/core/crc32c.h"

#define PIECE ((size_t)1 << 20) /* most bytes of a read, which are then summed up in the cache */
#define RUN   ((size_t)1 << 16) /* longer runs are read to their place without the buffer */

static int shard_failed(const struct shard *shard, struct error *error, const char *what)
{
    return error_set(error, "%s/%s %s", shard->directory, shard->file->name, what);
}

/* Reads just these bytes; the length of the file was checked. */
static int shard_get(
    const struct shard *shard, void *bytes, size_t size, int64_t at, struct error *error)
{
    int outcome = file_get_at(shard->descriptor, bytes, size, at);

    if (outcome > 0)
        return shard_failed(shard, error, "is cut off");
    if (outcome < 0)
        return error_errno(error, "cannot read %s/%s", shard->directory, shard->file->name);
    return 0;
}

/* Opens the file and compares its length. */
static int shard_find(struct shard *shard, struct error *error)
{
    CLEAN(text) struct text path = {0};
    struct stat status;

    text_addf(&path, "%s/%s", shard->directory, shard->file->name);
    shard->descriptor = open(path.data, O_RDONLY | O_CLOEXEC);
    if (shard->descriptor < 0 || fstat(shard->descriptor, &status))
        return error_errno(error, "cannot open %s", path.data);
    if (!S_ISREG(status.st_mode))
        return shard_failed(shard, error, "is not a file");
    if (status.st_size != shard->file->bytes)
        return error_set(error,
                         "%s has %lld bytes instead of %lld",
                         path.data,
                         (long long)status.st_size,
                         (long long)shard->file->bytes);
    return 0;
}

/* Reads and checks the header. */
static int shard_header(struct shard *shard, struct error *error)
{
    unsigned char prefix[SAFETENSORS_PREFIX];
    CLEAN_FREE char *text = NULL;
    uint64_t left = (uint64_t)shard->file->bytes - sizeof prefix;
    uint64_t size;
    uint32_t crc;

    if (shard->file->bytes < (int64_t)sizeof prefix)
        return shard_failed(shard, error, "is too short");
    if (shard_get(shard, prefix, sizeof prefix, 0, error))
        return -1;
    size = bytes_get64(prefix);
    if (size > left || size > SAFETENSORS_LIMIT)
        return shard_failed(shard, error, "names a header that is too long");
    text = memory_try(1, size);
    if (!text)
        return shard_failed(shard, error, "cannot be read: out of memory");
    if (shard_get(shard, text, size, sizeof prefix, error))
        return -1;
    crc = crc32c(crc32c(0, prefix, sizeof prefix), text, size);
    if (crc != shard->file->header_crc)
        return shard_failed(shard, error, "has a header whose checksum differs");
    if (safetensors_read(text, size, left - size, &shard->header, error))
        return error_prefix(error, "%s/%s", shard->directory, shard->file->name);
    shard->data = (int64_t)(sizeof prefix + size);
    return 0;
}

static bool entry_fits(const struct safetensors_entry *entry, const struct box *box)
{
    if (strcmp(entry->dtype, "F32") != 0 || entry->dimensions != box->dimensions)
        return false;
    return !memcmp(entry->shape, box->shape, box->dimensions * sizeof *box->shape);
}

/* Every box of the manifest is an entry of its own, and there are no others. */
static int shard_match(const struct shard *shard, size_t file, struct error *error)
{
    size_t count = catalog_places(shard->catalog, file, NULL);
    CLEAN_FREE struct catalog_place *places = memory_try(count, sizeof *places);
    CLEAN_FREE bool *used = memory_try(shard->header.count, sizeof *used);

    if (!places || !used)
        return shard_failed(shard, error, "cannot be read: out of memory");
    if (count != shard->header.count)
        return shard_failed(shard, error, "holds other boxes than the manifest says");
    catalog_places(shard->catalog, file, places);
    for (size_t i = 0; i < count; i++) {
        const struct catalog_tensor *tensor = &shard->catalog->tensors[places[i].tensor];
        const struct catalog_box *box = &tensor->boxes[places[i].box];
        const struct safetensors_entry *entry = safetensors_find(&shard->header, box->key);

        if (!entry || used[entry - shard->header.entries] || !entry_fits(entry, &box->box))
            return shard_failed(shard, error, "holds other boxes than the manifest says");
        used[entry - shard->header.entries] = true;
    }
    return 0;
}

int shard_open(struct shard *shard,
               const char *directory,
               const struct catalog *catalog,
               size_t file,
               struct error *error)
{
    shard->directory = directory;
    shard->catalog = catalog;
    shard->file = &catalog->files[file];
    shard->buffer = memory_try(1, PIECE);
    if (!shard->buffer)
        return shard_failed(shard, error, "cannot be read: out of memory");
    if (shard_find(shard, error) || shard_header(shard, error))
        return -1;
    return shard_match(shard, file, error);
}

/* Where a box is being read. */
struct reader {
    int64_t at;  /* place in the file */
    int64_t end; /* of the box */
    uint32_t crc;
};

/* Makes the buffer hold what is at the reader's place. Returns how many bytes it has there, or 0
 * on failure. */
static size_t buffer_fill(struct shard *shard, const struct reader *reader, struct error *error)
{
    int64_t skip = reader->at - shard->buffer_at;
    int64_t left = reader->end - reader->at;

    if (skip >= 0 && skip < (int64_t)shard->buffer_size)
        return shard->buffer_size - (size_t)skip;
    shard->buffer_size = 0;
    left = left < (int64_t)PIECE ? left : (int64_t)PIECE;
    if (shard_get(shard, shard->buffer, (size_t)left, reader->at, error))
        return 0;
    shard->buffer_at = reader->at;
    shard->buffer_size = (size_t)left;
    return shard->buffer_size;
}

/* Reads the next piece of a run, at most `most` bytes, straight to its place. */
static size_t piece_direct(
    struct shard *shard, struct reader *reader, void *place, size_t most, struct error *error)
{
    size_t size = most < PIECE ? most : PIECE;

    if (shard_get(shard, place, size, reader->at, error))
        return 0;
    reader->crc = crc32c(reader->crc, place, size);
    return size;
}

/* The same by way of the buffer; without a place the bytes are only summed up. */
static size_t piece_buffered(
    struct shard *shard, struct reader *reader, void *place, size_t most, struct error *error)
{
    size_t size = buffer_fill(shard, reader, error);
    const char *bytes = shard->buffer + (reader->at - shard->buffer_at);

    if (!size)
        return 0;
    if (size > most)
        size = most;
    reader->crc = crc32c(reader->crc, bytes, size);
    if (place)
        memcpy(place, bytes, size);
    return size;
}

static int run_read(
    struct shard *shard, struct reader *reader, char *place, size_t size, struct error *error)
{
    while (size) {
        size_t got = place && size > RUN ? piece_direct(shard, reader, place, size, error)
                                         : piece_buffered(shard, reader, place, size, error);

        if (!got)
            return -1;
        reader->at += (int64_t)got;
        size -= got;
        if (place)
            place += got;
    }
    return 0;
}

int shard_read(struct shard *shard,
               const struct catalog_tensor *tensor,
               const struct catalog_box *box,
               float *data,
               struct error *error)
{
    const struct safetensors_entry *entry = safetensors_find(&shard->header, box->key);
    struct reader reader = {.at = shard->data + entry->begin, .end = shard->data + entry->end};
    struct box_walk walk;
    int64_t index;

    box_walk_begin(&walk, &tensor->whole, &box->box);
    while (box_walk_next(&walk, &index)) {
        char *place = data ? (char *)(data + index) : NULL;

        if (run_read(shard, &reader, place, (size_t)walk.run * sizeof *data, error))
            return -1;
    }
    if (reader.crc != box->crc)
        return error_set(error,
                         "%s/%s: the checksum of %s (%s) differs",
                         shard->directory,
                         shard->file->name,
                         tensor->name,
                         catalog_role(tensor->role));
    return 0;
}

void shard_done(struct shard *shard)
{
    if (shard->descriptor >= 0)
        close(shard->descriptor);
    shard->descriptor = -1;
    safetensors_done(&shard->header);
    free(shard->buffer);
    shard->buffer = NULL;
}
