/* Any bytes as an answer of the API server: to a review of a token, to a read of a Node, of the
 * controller's Secret and of a pod's Events. */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "controller/admission.h"
#include "controller/keyring.h"
#include "controller/nodes.h"
#include "controller/pod_events.h"
#include "controller/tree.h"
#include "kube/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void review_check(const cJSON *json)
{
    char pod[ADMISSION_POD];
    struct error error = {""};
    const cJSON *status = object_member(json, "status");

    if (admission_read(json, pod, &error)) {
        require(*error.text != '\0');
        return;
    }
    require(*pod && strlen(pod) < sizeof pod);
    require(cJSON_IsTrue(object_member(status, "authenticated")));
    require(cJSON_IsArray(object_member(status, "audiences")) ||
            cJSON_IsObject(object_member(status, "audiences")));
}

static void secret_check(const cJSON *json)
{
    char digits[KEYRING_DIGITS];
    struct keyring keyring = {.ready = false};

    if (keyring_read(json, digits))
        return;
    require(strlen(digits) == sizeof digits - 1);
    keyring_take(&keyring, digits);
    require(keyring.ready);
}

static void events_check(const cJSON *json)
{
    enum pod_trouble trouble;
    const char *text = pod_events_read(json, &trouble);

    require(!text == (trouble == POD_TROUBLE_NONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(tree) cJSON *json = object_parse((const char *)data, size);

    review_check(json);
    secret_check(json);
    events_check(json);
    if (!nodes_read(json))
        require(object_member(json, "status") != NULL);
    return 0;
}
