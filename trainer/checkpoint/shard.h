/* shard - one file of a checkpoint: the boxes that the manifest says are in it, written and read
 * with their checksums on the way. */
#ifndef TRAINER_SHARD_H
#define TRAINER_SHARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "trainer/checkpoint/catalog.h"
#include "trainer/checkpoint/safetensors.h"

/* Writes file number `file` of the manifest into `directory` and makes its content durable.
 * data[i] is the whole of tensor i. The file must not be there. Stores its length and all its
 * checksums in the manifest. Returns 0, or -1 naming the file. */
int shard_write(const char *directory,
                struct catalog *catalog,
                size_t file,
                const float *const *data,
                struct error *error);

/* A file that is open for reading. Zero-initialise but for `descriptor`, which is -1. */
struct shard {
    const char *directory; /* not owned, as is the manifest */
    const struct catalog *catalog;
    const struct catalog_file *file;
    int descriptor;
    int64_t data; /* bytes before the data */
    struct safetensors header;
    char *buffer;
    int64_t buffer_at; /* place in the file of what the buffer holds */
    size_t buffer_size;
};

/* Opens file number `file`. Returns 0; -1, naming the file, when it is missing, has another length
 * or header than the manifest says, or does not hold just the boxes of the manifest. shard_done is
 * owed in both cases. */
int shard_open(struct shard *shard,
               const char *directory,
               const struct catalog *catalog,
               size_t file,
               struct error *error);

/* Reads a box into its place in `data`, the whole tensor; NULL = only its checksum is wanted.
 * Returns 0, or -1 naming file and tensor. */
int shard_read(struct shard *shard,
               const struct catalog_tensor *tensor,
               const struct catalog_box *box,
               float *data,
               struct error *error);

void shard_done(struct shard *shard);

CLEANUP_DEFINE(shard, struct shard, shard_done)

#endif
