/* manifest_file - a manifest from a file, or from standard input as "-". */
#ifndef CLI_MANIFEST_FILE_H
#define CLI_MANIFEST_FILE_H

#include "base/options.h"
#include "job/job.h"

/* Reads, changes by `sets` and checks. Returns 0 and the job, or 2 after everything wrong was
 * written to standard error. */
int manifest_file_load(const char *path, const struct option_list *sets, struct job *job);

#endif
