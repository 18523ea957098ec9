/* manifest - a YAML document in UTF-8 read into a JSON tree that still knows its lines. Pure.
 *
 * JSON is YAML too. Plain scalars follow scalar.h; what stands in quotes is a text. Anchors and
 * aliases are expanded within the bounds below. Refused are tags, merge keys (<<), keys that are
 * not scalars, plain scalars like yes and 010, and a second document: other readers disagree about
 * them, or there is no need. */
#ifndef JOB_MANIFEST_H
#define JOB_MANIFEST_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/problems.h"
#include "base/text.h"

#define MANIFEST_SIZE    1048576 /* most bytes */
#define MANIFEST_DEPTH   32      /* most levels of mappings and sequences */
#define MANIFEST_NODES   20000   /* most values, aliases expanded */
#define MANIFEST_KEYS    1000    /* most keys of a mapping */
#define MANIFEST_ANCHORS 100     /* most anchors, and most tag directives */
#define MANIFEST_ANCHOR  64      /* longest name of an anchor */

struct cJSON;

/* The line of one node, from 1. */
struct manifest_line {
    const struct cJSON *node;
    int line;
};

struct manifest {
    const char *name;            /* for messages; not owned */
    struct cJSON *root;          /* the tree */
    struct cJSON *retired;       /* what was taken out of it, so that no new node takes its line */
    struct manifest_line *lines; /* by address */
    size_t line_count;
    size_t line_capacity;
};

/* Reads `size` bytes of the file `name` into `manifest`, which manifest_done releases. Returns 0; 1
 * when a key is given twice, which is added to `problems` with both lines (the first one is kept);
 * -1 when it cannot be read, with "NAME:LINE:COLUMN: reason", or "NAME: reason" where no line is to
 * blame. */
int manifest_read(const char *name,
                  const char *bytes,
                  size_t size,
                  struct manifest *manifest,
                  struct problems *problems,
                  struct error *error);

void manifest_done(struct manifest *manifest);

CLEANUP_DEFINE(manifest, struct manifest, manifest_done)

/* Carries out one PATH=VALUE of a command line: "spec.training.model.layers[0].units=64". Mappings
 * and sequences on the way are made when they are missing; an index may be one past the end. The
 * value is YAML: a scalar, or a mapping or sequence in flow style; null, or nothing, takes a key
 * away. Returns 0, or -1; then the tree may hold empty mappings on the way. */
int manifest_set(struct manifest *manifest, const char *assignment, struct error *error);

/* The line of the place, or of the nearest one above it that there is; 0 when that was set by
 * manifest_set. */
int manifest_line(const struct manifest *manifest, const char *path);

/* Adds one line a problem, in the order of the document: "NAME:LINE: PATH: text", and "--set: PATH:
 * text" for what manifest_set has set. */
void manifest_report(const struct manifest *manifest,
                     const struct problems *problems,
                     struct text *out);

#endif
