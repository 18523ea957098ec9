/* Any bytes as a manifest: refused with words, or a job that prints and loads to the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "job/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int load(const char *bytes, size_t size, struct job *job)
{
    CLEAN(text) struct text report = {0};
    struct load_source source = {.name = "fuzz", .bytes = bytes, .size = size};
    int outcome = load_job(&source, job, &report);

    if ((outcome != 0) != (report.size != 0))
        abort();
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(job) struct job job = {0};
    CLEAN(job) struct job again = {0};
    CLEAN(text) struct text first = {0};
    CLEAN(text) struct text second = {0};

    if (load((const char *)data, size, &job))
        return 0;
    job_print(&job, &first);
    if (load(first.data, first.size, &again))
        abort();
    job_print(&again, &second);
    if (strcmp(first.data, second.data) != 0)
        abort();
    return 0;
}
