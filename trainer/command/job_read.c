/* job_read - the job that a trainer is to train. */
#include "trainer/command/job_read.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "job/load.h"
#include "job/manifest.h"

#define HANDED "the agent's job"

int job_read_file(const char *path,
                  const struct option_list *sets,
                  struct job *job,
                  struct text *report)
{
    bool standard = !strcmp(path, "-");
    CLEAN(text) struct text content = {0};
    struct error error;
    int outcome = file_read(standard ? "/dev/stdin" : path, MANIFEST_SIZE, &content, &error);
    struct load_source source = {.name = standard ? "standard input" : path,
                                 .sets = sets->items,
                                 .set_count = sets->count,
                                 .native = true};

    if (outcome > 0)
        error_set(&error, "%s: no such file", path);
    if (outcome) {
        text_addf(report, "%s\n", error.text);
        return 1;
    }
    source.bytes = text_string(&content);
    source.size = content.size;
    return load_job(&source, job, report);
}

/* Reads a whole file of memory. Returns 0 with its bytes, the caller's, or -1. */
static int handed_read(const char *number, char **bytes, size_t *size, struct error *error)
{
    CLEAN_FREE char *content = NULL;
    struct stat status;
    int64_t descriptor;

    if (text_integer(number, 0, INT_MAX, &descriptor))
        return error_set(error, "'%s' is not the number of a descriptor", number);
    if (fstat((int)descriptor, &status))
        return error_errno(error, "descriptor %s", number);
    if (!S_ISREG(status.st_mode) || status.st_size > MANIFEST_SIZE)
        return error_set(
            error, "descriptor %s is no file of at most %d bytes", number, MANIFEST_SIZE);
    content = memory_try((size_t)status.st_size + 1, 1);
    if (!content)
        return error_set(error, "no memory for %lld bytes", (long long)status.st_size);
    if (file_get_at((int)descriptor, content, (size_t)status.st_size, 0))
        return error_set(error, "descriptor %s cannot be read", number);
    *size = (size_t)status.st_size;
    *bytes = TAKE(content);
    return 0;
}

int job_read_descriptor(const char *number, struct job *job, struct text *report)
{
    CLEAN_FREE char *bytes = NULL;
    struct load_source source = {.name = HANDED, .native = true};
    struct error error;

    if (handed_read(number, &bytes, &source.size, &error)) {
        text_addf(report, "%s: %s\n", HANDED, error.text);
        return 1;
    }
    source.bytes = bytes;
    return load_job(&source, job, report);
}
