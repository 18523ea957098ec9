/* Whether a node is lost, and who is asked. */
#include "controller/nodes.h"

#include <cjson/cJSON.h>

#include "controller/tree.h"
#include "support/check.h"
#include "town.h"

#define READY(status)                                                                              \
    "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"" status "\"}]}"

static void a_node_is_lost_when_it_is_not_ready_or_out_of_service(void)
{
    static const struct {
        const char *node;
        bool lost;
    } rows[] = {
        {READY("True") "}", false},
        {READY("False") "}", true},
        {READY("Unknown") "}", true},
        {READY("true") "}", true},
        {"{\"status\":{\"conditions\":[{\"type\":\"DiskPressure\",\"status\":\"True\"},"
         "{\"type\":\"Ready\",\"status\":\"True\"}]}}",
         false},
        {READY("True") ",\"spec\":{\"taints\":[{\"key\":\"node.kubernetes.io/out-of-service\"}]}}",
         true},
        {READY("True") ",\"spec\":{\"taints\":[{\"key\":\"node.kubernetes.io/"
                       "unschedulable\"},7,{}]}}",
         false},
        {READY("True") ",\"spec\":{\"taints\":\"out-of-service\"}}", false},
        {"{}", true},
        {"[]", true},
        {"7", true},
        {"{\"status\":7}", true},
        {"{\"status\":{\"conditions\":7}}", true},
        {"{\"status\":{\"conditions\":[7,null,{},{\"type\":\"Ready\"},{\"status\":\"True\"}]}}",
         true},
        {"{\"status\":{\"conditions\":{\"a\":{\"type\":7,\"status\":\"True\"}}}}", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(tree) cJSON *node = cJSON_Parse(rows[i].node);

        CU_ASSERT_FATAL(node != NULL);
        CU_ASSERT(nodes_read(node) == rows[i].lost);
    }
    CU_ASSERT(nodes_read(NULL));
}

static bool is_asked(struct town *town)
{
    return town_count(town, "GET nodes node-a") > 0;
}

static bool is_lost(struct town *town)
{
    return nodes_lost(&town->controller, "node-a");
}

static void a_node_is_asked_about_once_however_often_somebody_wants_to_know(void)
{
    struct town town;

    town_open(&town);
    for (size_t i = 0; i < 100; i++)
        CU_ASSERT(!nodes_lost(&town.controller, "node-a"));
    town_until(&town, is_lost);
    CU_ASSERT(nodes_lost(&town.controller, "node-a"));
    CU_ASSERT(town_count(&town, "GET nodes node-a") == 1);
    town_close(&town);
}

static bool other_is_lost(struct town *town)
{
    return nodes_lost(&town->controller, "node-b");
}

/* What is not known is not lost. */
static void a_server_that_does_not_answer_loses_no_node(void)
{
    static const struct town_mischief ways[] = {{"GET nodes", TOWN_CUT, 0, "", 1},
                                                {"GET nodes", TOWN_ANSWER, 403, "{}", 1},
                                                {"GET nodes", TOWN_ANSWER, 500, "{}", 1},
                                                {"GET nodes", TOWN_HOLD, 0, "", 1}};

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct town town;

        town_open(&town);
        town.mischief[0] = ways[i];
        CU_ASSERT(!nodes_lost(&town.controller, "node-a"));
        town_until(&town, is_asked);
        CU_ASSERT(!nodes_lost(&town.controller, "node-b"));
        town_until(&town, other_is_lost);
        CU_ASSERT(!nodes_lost(&town.controller, "node-a"));
        town_close(&town);
    }
}

SUITE("controller nodes",
      {"a node is lost when it is not ready or out of service",
       a_node_is_lost_when_it_is_not_ready_or_out_of_service},
      {"a node is asked about once however often somebody wants to know",
       a_node_is_asked_about_once_however_often_somebody_wants_to_know},
      {"a server that does not answer loses no node", a_server_that_does_not_answer_loses_no_node})
