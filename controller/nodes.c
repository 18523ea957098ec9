/* nodes - whether a node is lost. */
#include "controller/nodes.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "controller/controller.h"
#include "controller/decide.h"
#include "controller/tree.h"
#include "kube/object.h"

#define FRESH   CLOCK_SECONDS(3)
#define SERVICE "node.kubernetes.io/out-of-service"

static const struct request_resource nodes = {"", "v1", "nodes"};

struct node {
    struct node *next;
    struct controller *controller;
    char *name;
    bool lost;
    int64_t looked; /* clock_now's scale; 0 = never */
    struct client_call *call;
};

static bool ready(const cJSON *node)
{
    const cJSON *condition;

    cJSON_ArrayForEach(condition, object_member(object_member(node, "status"), "conditions"))
    {
        const char *type = object_text(condition, "type");
        const char *status = object_text(condition, "status");

        if (type && status && !strcmp(type, "Ready"))
            return !strcmp(status, "True");
    }
    return false;
}

static bool out_of_service(const cJSON *node)
{
    const cJSON *taint;

    cJSON_ArrayForEach(taint, object_member(object_member(node, "spec"), "taints"))
    {
        const char *key = object_text(taint, "key");

        if (key && !strcmp(key, SERVICE))
            return true;
    }
    return false;
}

bool nodes_read(const struct cJSON *node)
{
    return !ready(node) || out_of_service(node);
}

static void missing_look(struct dossier *dossier)
{
    if (dossier->missing_count)
        decide_soon(dossier);
}

static void on_looked_at(void *context, const struct answer *answer)
{
    struct node *node = context;
    CLEAN(tree) cJSON *object = object_parse(answer->body, answer->size);
    enum answer_class class = answer_classify(answer, NULL);
    bool was_lost = node->lost;

    node->call = NULL;
    node->looked = clock_now();
    if (class == ANSWER_ABSENT || class == ANSWER_DONE)
        node->lost = nodes_read(class == ANSWER_DONE ? object : NULL);
    if (node->lost != was_lost)
        decide_each(node->controller, missing_look);
}

static void look_at(struct node *node)
{
    static const struct client_events events = {.ended = on_looked_at};
    const struct request_place place = {.resource = &nodes, .name = node->name};
    struct request request = {0};

    request_get(&request, &place);
    node->call = client_send(node->controller->client, &request, &events, node);
}

bool nodes_lost(struct controller *controller, const char *name)
{
    struct node *node = controller->nodes;

    while (node && strcmp(node->name, name) != 0)
        node = node->next;
    if (!node) {
        node = memory_get(1, sizeof *node);
        node->controller = controller;
        node->name = memory_text(name);
        node->next = controller->nodes;
        controller->nodes = node;
    }
    if (!node->call && (!node->looked || clock_now() - node->looked > FRESH))
        look_at(node);
    return node->lost;
}

void nodes_close(struct controller *controller)
{
    while (controller->nodes) {
        struct node *node = controller->nodes;

        controller->nodes = node->next;
        client_drop(node->call);
        free(node->name);
        free(node);
    }
}
