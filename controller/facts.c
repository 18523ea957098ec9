/* facts - what the agents of an attempt are told of their job. */
#include "controller/directory.h"
#include "job/job.h"
#include "job/sizes.h"

/* Prints the job as the trainers get it, without its template, and behind that, as the job is read
 * anew while agents are still told of it, the exit codes that fail it and the sizes that it may
 * shrink to. Returns where those codes begin. */
static size_t spec_print(const struct job *job, struct text *spec)
{
    struct job lent = *job;
    unsigned char sizes[SIZES_SET];
    size_t end;

    lent.template = NULL;
    text_clear(spec);
    job_print(&lent, spec);
    end = spec->size + 1;
    text_add_bytes(spec, "", 1);
    text_add_bytes(spec, job->recovery.final_codes, sizeof job->recovery.final_codes);
    sizes_smaller(job, sizes);
    text_add_bytes(spec, sizes, sizeof sizes);
    return end;
}

void directory_facts(const struct job *job,
                     uint32_t report_milliseconds,
                     struct text *spec,
                     Muster__JobFacts *facts)
{
    size_t codes = spec_print(job, spec);

    muster__job_facts__init(facts);
    facts->replicas = (uint32_t)job->replicas;
    facts->spares = (uint32_t)job->spares;
    facts->ranks_per_replica = (uint32_t)job->ranks_per_replica;
    facts->replace_milliseconds = (uint32_t)(job->recovery.replace_seconds * 1000);
    facts->start_milliseconds = (uint32_t)(job->start_seconds * 1000);
    facts->report_milliseconds = report_milliseconds;
    facts->rank_budget = (uint32_t)job->recovery.rank.count;
    facts->rank_window_seconds = (uint32_t)job->recovery.rank.window_seconds;
    facts->pod_budget = (uint32_t)job->recovery.pod.count;
    facts->pod_window_seconds = (uint32_t)job->recovery.pod.window_seconds;
    facts->checkpoint_directory =
        job->checkpoint.directory ? job->checkpoint.directory : (char *)"";
    facts->foreign = !job->native && job->interface == INTERFACE_ENVIRONMENT;
    facts->final_codes.data = (uint8_t *)spec->data + codes;
    facts->final_codes.len = sizeof job->recovery.final_codes;
    facts->sizes.data = facts->final_codes.data + facts->final_codes.len;
    facts->sizes.len = SIZES_SET;
    facts->spec = spec->data;
}
