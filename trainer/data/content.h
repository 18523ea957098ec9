/* content - the bytes of an IDX file, mapped, or expanded when the file is compressed. */
#ifndef TRAINER_CONTENT_H
#define TRAINER_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "trainer/data/idx.h"

struct content {
    const uint8_t *bytes;
    size_t size;
    void *mapping;     /* of the file, or NULL */
    uint8_t *expanded; /* memory, or NULL */
};

/* Opens `path` and reads it as a file of that kind; a path that ends in ".gz" is expanded first,
 * never beyond what its header promises. Returns 0 with both, `idx` pointing into `content`; 1 when
 * there is no such file; -1 when it cannot be read or is not such a file, the reason beginning with
 * the path. */
int content_open(const char *path,
                 enum idx_kind kind,
                 struct content *content,
                 struct idx *idx,
                 struct error *error);

/* Expands compressed bytes into `content`. Returns 0 or -1. */
int content_expand(enum idx_kind kind,
                   const uint8_t *zipped,
                   size_t size,
                   struct content *content,
                   struct error *error);

void content_done(struct content *content);

CLEANUP_DEFINE(content, struct content, content_done)

#endif
