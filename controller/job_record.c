/* job_record - a TrainingJob reduced. */
#include "controller/job_record.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "base/memory.h"
#include "controller/excerpt.h"
#include "kube/object.h"

#define NAME_MOST      253
#define NAMESPACE_MOST 63

void job_record_done(struct job_record *record)
{
    free(record->name);
    free(record->namespace);
    if (record->job)
        job_done(record->job);
    free(record->job);
    free(record->problems);
    status_done(&record->status);
    *record = (struct job_record){0};
    status_init(&record->status);
}

static char *problems_join(const struct problems *problems)
{
    CLEAN(text) struct text joined = {0};

    for (size_t i = 0; i < problems->count; i++)
        text_addf(&joined,
                  "%s%s%s%s",
                  i ? "; " : "",
                  problems->items[i].path,
                  *problems->items[i].path ? ": " : "",
                  problems->items[i].text);
    if (problems->dropped)
        text_addf(&joined, "; and %zu more", problems->dropped);
    return excerpt_copy(joined.data, STATUS_MESSAGE);
}

static void spec_read(const cJSON *object, struct job_record *record)
{
    CLEAN(problems) struct problems problems = {0};
    struct job *job = memory_get(1, sizeof *job);

    if (job_decode(object, job, &problems) == 0) {
        record->job = job;
        return;
    }
    record->problems = problems_join(&problems);
    job_done(job);
    free(job);
}

int job_record_read(const struct cJSON *object, struct job_record *record, struct error *error)
{
    const cJSON *generation = object_member(object_member(object, "metadata"), "generation");
    struct job_record fresh = {.deleting = object_deleting(object)};

    fresh.name = excerpt_copy(object_name(object), NAME_MOST);
    fresh.namespace = excerpt_copy(object_namespace(object), NAMESPACE_MOST);
    if (!fresh.name || !fresh.namespace || object_version(object, &fresh.version) ||
        excerpt_whole(fresh.uid, sizeof fresh.uid, object_uid(object))) {
        free(fresh.name);
        free(fresh.namespace);
        return error_set(error,
                         "a TrainingJob without a usable name, namespace, uid or resourceVersion");
    }
    if (cJSON_IsNumber(generation) && generation->valueint > 0)
        fresh.generation = generation->valueint;
    spec_read(object, &fresh);
    status_read(object_member(object, "status"), &fresh.status);
    *record = fresh;
    return 0;
}
