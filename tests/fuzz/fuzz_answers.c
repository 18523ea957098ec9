/* Any bytes as an answer of the API server: to a read of the issuer of tokens, of a Node, of the
 * controller's Secret and of a pod's Events. */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "controller/issuer.h"
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

static void issuer_check(const cJSON *json)
{
    CLEAN_FREE char *name = issuer_read(json);

    require(!name || (*name && object_text(json, "issuer")));
}

static void secret_check(const cJSON *json)
{
    CLEAN(authority) struct authority authority = {.key.data = NULL};
    int outcome = keyring_read(json, &authority);

    require(outcome ? !authority.key.data : !authority_check(&authority, NULL));
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

    issuer_check(json);
    secret_check(json);
    events_check(json);
    if (!nodes_read(json))
        require(object_member(json, "status") != NULL);
    return 0;
}
