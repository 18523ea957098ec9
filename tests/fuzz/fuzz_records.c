/* Any bytes as an object of the API: reduced within bounds, and the status that was read is printed
 * and read back the same. */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "controller/job_record.h"
#include "controller/pod_record.h"
#include "controller/tree.h"
#include "kube/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void bounded(const char *text, size_t most)
{
    require(!text || (*text && strlen(text) <= most));
}

static void pod_check(const cJSON *json)
{
    CLEAN(pod_record) struct pod_record record = {0};
    CLEAN(text) struct text words = {0};
    struct error error = {""};

    if (pod_record_read(json, &record, &error)) {
        require(*error.text != '\0');
        return;
    }
    bounded(record.node, 253);
    bounded(record.address, 64);
    bounded(record.reason, POD_RECORD_REASON);
    bounded(record.text, POD_RECORD_VERDICT);
    require(*record.name && *record.uid && *record.version.digits);
    require(!record.placed || (record.attempt && record.slot < 1024));
    pod_record_add_end(&record, &words);
    require(words.size > 0);
}

/* Reads what the API server would hold after a patch on nothing. */
static void again_read(const struct status *status, const char *job, struct status *again)
{
    static const struct resource_version version = {"1"};
    CLEAN(text) struct text patch = {0};
    CLEAN(tree) cJSON *json = NULL;
    struct status none;

    status_init(&none);
    status_patch(&none, status, job, &version, &patch);
    json = cJSON_Parse(patch.data);
    require(json != NULL);
    status_read(object_member(json, "status"), again);
}

/* The second time: only then is everything UTF-8. */
static void status_check(const struct status *status, const char *job)
{
    CLEAN(status) struct status first;
    CLEAN(status) struct status second;

    again_read(status, job, &first);
    again_read(&first, job, &second);
    require(status_compare(&first, &second) == STATUS_SAME);
}

static void job_check(const cJSON *json)
{
    CLEAN(job_record) struct job_record record = {0};
    struct error error = {""};

    status_init(&record.status);
    if (job_record_read(json, &record, &error)) {
        require(*error.text != '\0');
        return;
    }
    require((record.job == NULL) == (record.problems != NULL));
    bounded(record.problems, STATUS_MESSAGE);
    status_check(&record.status, record.name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(tree) cJSON *json = cJSON_ParseWithLength((const char *)data, size);

    pod_check(json);
    job_check(json);
    return 0;
}
