/* Any bytes as the JSON of a training section: refused, or printed so that it decodes to the same.
 */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "job/training.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int decode(const char *bytes, size_t size, struct training *training)
{
    CLEAN(problems) struct problems problems = {0};
    cJSON *json = cJSON_ParseWithLength(bytes, size);
    int outcome = json ? training_decode(json, "training", training, &problems) : 1;

    if (json && (outcome != 0) != (problems.count != 0))
        abort();
    cJSON_Delete(json);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(training) struct training training = {0};
    CLEAN(training) struct training again = {0};
    CLEAN(text) struct text first = {0};
    CLEAN(text) struct text second = {0};

    if (decode((const char *)data, size, &training))
        return 0;
    training_print(&training, &first);
    if (decode(first.data, first.size, &again))
        abort();
    training_print(&again, &second);
    if (strcmp(first.data, second.data) != 0)
        abort();
    return 0;
}
