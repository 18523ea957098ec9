/* catalog - what a checkpoint consists of: its manifest, as a value and as manifest.json. Pure.
 *
 * The text is JSON, one line a file and a box, numbers beyond 2^53 as strings. Its last member is
 * the CRC32C of everything before that member, so that no bit of it can change unnoticed. Reading
 * is strict and bounded: every member is there once and no other, boxes cover their tensors
 * exactly, names are plain. */
#ifndef TRAINER_CATALOG_H
#define TRAINER_CATALOG_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "trainer/checkpoint/box.h"
#include "trainer/checkpoint/checkpoint.h"

#define CATALOG_FORMAT  1
#define CATALOG_LIMIT   ((size_t)64 << 20) /* most bytes of the text */
#define CATALOG_FILES   1024
#define CATALOG_TENSORS 16384
#define CATALOG_BOXES   1024 /* of one tensor */
#define CATALOG_NAME    64 /* longest name of a file, optimizer or kernel set, with its zero byte */
#define CATALOG_KEY     192 /* longest key of a box in its file, with its zero byte */

_Static_assert(CHECKPOINT_DIMENSIONS == BOX_DIMENSIONS, "tensors are boxes");

struct catalog_file {
    char name[CATALOG_NAME];
    int64_t bytes;
    uint32_t header_crc; /* of everything before the data */
};

/* Where a box of a tensor is. */
struct catalog_box {
    struct box box;
    size_t file; /* index */
    char key[CATALOG_KEY];
    uint32_t crc; /* of its bytes in the file */
};

struct catalog_tensor {
    char name[CHECKPOINT_NAME];
    enum checkpoint_role role;
    struct box whole;
    struct catalog_box *boxes;
    size_t box_count;
};

/* Zero-initialise to begin. */
struct catalog {
    struct checkpoint_facts facts; /* its texts are the four below */
    char optimizer[CATALOG_NAME];
    char kernels[CATALOG_NAME];
    char *model;
    char *history;
    struct catalog_file *files;
    size_t file_count;
    struct catalog_tensor *tensors;
    size_t tensor_count;
};

/* Copies facts. Returns 0, or -1 when model or history is not JSON or a name too long. */
int catalog_take_facts(struct catalog *catalog,
                       const struct checkpoint_facts *facts,
                       struct error *error);

/* "param", "master", "m", "v" */
const char *catalog_role(enum checkpoint_role role);

/* Whether a tensor may be called so: letters, digits and any of "._/-". `name` may lack its zero
 * byte in CHECKPOINT_NAME bytes. */
bool catalog_name_valid(const char *name);

/* Adds the text. */
void catalog_write(const struct catalog *catalog, struct text *out);

/* The last member, with the CRC32C of everything before its comma. */
#define CATALOG_SEAL ",\n\"crc32c\": \"%08" PRIx32 "\"}\n"

/* Ends a text that lacks only its last member. For catalog_write and for tests. */
void catalog_seal(struct text *text);

/* Reads a text. Returns 0, and catalog_done is owed; or -1. */
int catalog_read(const char *text, size_t size, struct catalog *out, struct error *error);

/* Finds a tensor, or returns NULL. */
const struct catalog_tensor *catalog_find(const struct catalog *catalog,
                                          const char *name,
                                          enum checkpoint_role role);

/* A box by numbers. */
struct catalog_place {
    size_t tensor;
    size_t box;
};

/* The boxes that are in one file, in the order of the manifest, in which a writer puts them.
 * `places` may be NULL. Returns how many. */
size_t catalog_places(const struct catalog *catalog, size_t file, struct catalog_place *places);

void catalog_done(struct catalog *catalog);

CLEANUP_DEFINE(catalog, struct catalog, catalog_done)

#endif
