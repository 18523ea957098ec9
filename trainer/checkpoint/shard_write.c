/* shard_write - writing a file of a checkpoint.
 *
 * Large runs go from the tensor to the kernel as they are, piece by piece, each summed up while it
 * is in the cache; small ones are gathered so that a file of many small tensors costs few calls. */
#include "trainer/checkpoint/shard.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "trainer/core/crc32c.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "files are little-endian, and tensors are written as they are"
#endif

#define PIECE ((size_t)1 << 20)

struct writer {
    int descriptor;
    char *buffer; /* PIECE bytes */
    size_t used;
};

static int writer_flush(struct writer *writer)
{
    size_t size = writer->used;

    writer->used = 0;
    return file_put(writer->descriptor, writer->buffer, size);
}

/* Writes at most PIECE bytes. Returns 0, or -1 with errno. */
static int writer_piece(struct writer *writer, const void *bytes, size_t size)
{
    if (writer->used + size > PIECE && writer_flush(writer))
        return -1;
    if (size >= PIECE / 2)
        return writer_flush(writer) || file_put(writer->descriptor, bytes, size) ? -1 : 0;
    memcpy(writer->buffer + writer->used, bytes, size);
    writer->used += size;
    return 0;
}

static int writer_put(struct writer *writer, const void *bytes, size_t size, uint32_t *crc)
{
    const char *next = bytes;

    while (size) {
        size_t some = size < PIECE ? size : PIECE;

        *crc = crc32c(*crc, next, some);
        if (writer_piece(writer, next, some))
            return -1;
        next += some;
        size -= some;
    }
    return 0;
}

static int write_box(struct writer *writer,
                     const struct catalog_tensor *tensor,
                     struct catalog_box *box,
                     const float *data)
{
    struct box_walk walk;
    int64_t index;

    box->crc = 0;
    box_walk_begin(&walk, &tensor->whole, &box->box);
    while (box_walk_next(&walk, &index)) {
        if (writer_put(writer, data + index, (size_t)walk.run * sizeof *data, &box->crc))
            return -1;
    }
    return 0;
}

/* Describes a box as an entry whose data begins where that of the last one ends. */
static void entry_fill(struct safetensors_entry *entry, const struct catalog_box *box, int64_t *end)
{
    int64_t bytes = box_elements(&box->box) * (int64_t)sizeof(float);

    _Static_assert(CATALOG_KEY <= SAFETENSORS_NAME, "every key is a name");
    memcpy(entry->name, box->key, sizeof box->key);
    entry->dtype = "F32";
    entry->dimensions = box->box.dimensions;
    memcpy(entry->shape, box->box.shape, sizeof box->box.shape);
    entry->begin = *end;
    entry->end = *end += bytes;
}

/* Builds what stands before the data, and stores the length of the whole file. */
static int header_build(const struct catalog *catalog,
                        const struct catalog_place *places,
                        size_t count,
                        struct text *out,
                        int64_t *bytes)
{
    CLEAN(safetensors) struct safetensors header = {0};
    int64_t end = 0;

    header.entries = memory_try(count, sizeof *header.entries);
    if (!header.entries)
        return -1;
    header.count = count;
    for (size_t i = 0; i < count; i++)
        entry_fill(
            &header.entries[i], &catalog->tensors[places[i].tensor].boxes[places[i].box], &end);
    safetensors_write(&header, out);
    *bytes = (int64_t)out->size + end;
    return 0;
}

/* Writes header and boxes. Returns 0, or -1 with errno. */
static int write_all(struct writer *writer,
                     struct catalog *catalog,
                     const struct catalog_place *places,
                     size_t count,
                     const float *const *data)
{
    for (size_t i = 0; i < count; i++) {
        struct catalog_tensor *tensor = &catalog->tensors[places[i].tensor];

        if (write_box(writer, tensor, &tensor->boxes[places[i].box], data[places[i].tensor]))
            return -1;
    }
    if (writer_flush(writer))
        return -1;
    return fsync(writer->descriptor);
}

int shard_write(const char *directory,
                struct catalog *catalog,
                size_t file,
                const float *const *data,
                struct error *error)
{
    struct catalog_file *this = &catalog->files[file];
    size_t count = catalog_places(catalog, file, NULL);
    CLEAN_FREE struct catalog_place *places = memory_try(count, sizeof *places);
    CLEAN_FREE char *buffer = memory_try(1, PIECE);
    CLEAN(text) struct text header = {0};
    CLEAN(text) struct text path = {0};
    CLEAN_FD int descriptor = -1;
    struct writer writer = {.buffer = buffer};

    text_addf(&path, "%s/%s", directory, this->name);
    if (!places || !buffer)
        return error_set(error, "cannot write %s: out of memory", path.data);
    catalog_places(catalog, file, places);
    if (header_build(catalog, places, count, &header, &this->bytes))
        return error_set(error, "cannot write %s: out of memory", path.data);
    this->header_crc = crc32c(0, header.data, header.size);
    descriptor = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return error_errno(error, "cannot create %s", path.data);
    writer.descriptor = descriptor;
    if (file_put(descriptor, header.data, header.size) ||
        write_all(&writer, catalog, places, count, data))
        return error_errno(error, "cannot write %s", path.data);
    return 0;
}
