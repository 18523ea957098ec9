/* manifest_build - how a tree is made and changed. For the files of job/manifest.h alone. Pure. */
#ifndef JOB_MANIFEST_BUILD_H
#define JOB_MANIFEST_BUILD_H

#include "job/manifest.h"

/* Builds the tree, and the lines of its nodes in the order of the document, in `manifest`, which
 * holds nothing but a name. Returns 0 or -1; manifest_done is owed in both cases. */
int manifest_build(struct manifest *manifest, const char *bytes, size_t size, struct error *error);

/* Takes a node out of the tree. It lives on with the manifest, so that its address, and with it its
 * line, is not another node's. */
void manifest_retire(struct manifest *manifest, struct cJSON *parent, struct cJSON *child);

#endif
