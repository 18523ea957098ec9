/* load - from the bytes of a manifest to a job. */
#include "job/load.h"

#include "job/manifest.h"

/* Reads the bytes and carries out the changes. Returns 0, or -1; keys that are given twice are no
 * reason to stop. */
static int tree_read(const struct load_source *source,
                     struct manifest *manifest,
                     struct problems *problems,
                     struct error *error)
{
    if (manifest_read(source->name, source->bytes, source->size, manifest, problems, error) < 0)
        return -1;
    for (size_t i = 0; i < source->set_count; i++) {
        if (manifest_set(manifest, source->sets[i], error))
            return -1;
    }
    return 0;
}

int load_job(const struct load_source *source, struct job *job, struct text *report)
{
    CLEAN(manifest) struct manifest manifest = {0};
    CLEAN(problems) struct problems problems = {0};
    CLEAN(job) struct job fresh = {0};
    struct error error;

    if (tree_read(source, &manifest, &problems, &error)) {
        text_addf(report, "%s\n", error.text);
        return 1;
    }
    job_decode(manifest.root, &fresh, &problems);
    if (source->native && !fresh.native && !problems.count)
        problems_add(
            &problems, "spec.training", "is missing; a job without it has another trainer");
    if (problems.count) {
        manifest_report(&manifest, &problems, report);
        return 1;
    }
    *job = fresh;
    fresh = (struct job){0};
    return 0;
}
