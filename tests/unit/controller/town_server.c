/* town_server - the API server of a town. */
#include "town_server.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/timestamp.h"
#include "controller/tree.h"
#include "kube/object.h"
#include "scene.h"
#include "support/check.h"
#include "support/mint.h"
#include "town.h"

#define NAME 128

/* One request, taken apart. */
struct visit {
    struct town *town;
    struct api_call *call;
    bool noted;             /* it stands in `asked` */
    bool kept;              /* it is about jobs or pods */
    struct town_kind *kind; /* then */
    cJSON *body;
    char name[NAME]; /* that its path ends in, or that its body has */
};

static bool is(const struct visit *visit, const char *method, const char *part)
{
    return !strcmp(visit->call->method, method) && strstr(visit->call->target, part);
}

/* Objects. */

struct cJSON *town_object(const struct town_kind *kind, const char *name)
{
    cJSON *object;

    cJSON_ArrayForEach(object, kind->objects)
    {
        if (!strcmp(object_name(object), name))
            return object;
    }
    return NULL;
}

static long long version_of(const cJSON *object)
{
    const char *digits = object_text(object_member(object, "metadata"), "resourceVersion");

    return digits ? strtoll(digits, NULL, 10) : 0;
}

static void version_put(struct town *town, cJSON *object)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", ++town->version);
    tree_put_text(tree_open_object(object, "metadata"), "resourceVersion", digits);
}

/* Watches. */

static void event_push(struct town_kind *kind, const char *type, const cJSON *object)
{
    CLEAN_FREE char *printed = cJSON_PrintUnformatted(object);
    CLEAN(text) struct text line = {0};

    if (!kind->watch || kind->silent)
        return;
    text_addf(&line, "{\"type\":\"%s\",\"object\":%s}\n", type, printed);
    api_push(kind->watch, line.data);
    kind->told = version_of(object);
}

void town_speak(struct town *town, struct town_kind *kind)
{
    long long told = kind->told;
    cJSON *object;

    (void)town;
    kind->silent = false;
    cJSON_ArrayForEach(object, kind->objects)
    {
        if (version_of(object) > told)
            event_push(kind, "MODIFIED", object);
    }
}

void town_add(struct town *town, struct town_kind *kind, struct cJSON *object)
{
    version_put(town, object);
    cJSON_AddItemToArray(kind->objects, object);
    event_push(kind, "ADDED", object);
}

void town_change(struct town *town, struct town_kind *kind, const char *name, const char *patch)
{
    CLEAN(tree) cJSON *change = cJSON_Parse(*patch ? patch : "{}");
    cJSON *object = town_object(kind, name);

    CU_ASSERT_FATAL(object && change);
    scene_merge(object, change);
    version_put(town, object);
    event_push(kind, "MODIFIED", object);
}

void town_remove_quietly(struct town *town, struct town_kind *kind, const char *name)
{
    cJSON *object = town_object(kind, name);

    CU_ASSERT_FATAL(object != NULL);
    town->version++;
    cJSON_Delete(cJSON_DetachItemViaPointer(kind->objects, object));
}

void town_remove(struct town *town, struct town_kind *kind, const char *name)
{
    cJSON *object = town_object(kind, name);

    CU_ASSERT_FATAL(object != NULL);
    version_put(town, object);
    event_push(kind, "DELETED", object);
    town_remove_quietly(town, kind, name);
}

void town_relist(struct town_kind *kind)
{
    struct api_call *watch = kind->watch;

    kind->watch = NULL;
    api_push(watch,
             "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,"
             "\"reason\":\"Expired\"}}\n");
}

/* Answers. */

static void answer_object(struct api_call *call, int status, const cJSON *object)
{
    CLEAN_FREE char *printed = cJSON_PrintUnformatted(object);

    api_answer(call, status, "", printed);
}

static void answer_status(struct api_call *call, int code, const char *reason, const char *message)
{
    CLEAN(tree) cJSON *status = tree_object();

    tree_put_text(status, "kind", "Status");
    tree_put_number(status, "code", code);
    tree_put_text(status, "reason", reason);
    tree_put_text(status, "message", message);
    answer_object(call, code, status);
}

static void answer_list(const struct visit *visit)
{
    struct town_kind *kind = visit->kind;
    CLEAN_FREE char *items = cJSON_PrintUnformatted(kind->objects);
    CLEAN(text) struct text list = {0};

    text_addf(&list,
              "{\"metadata\":{\"resourceVersion\":\"%lld\"},\"items\":%s}",
              visit->town->version + 1,
              items);
    kind->told = ++visit->town->version;
    api_answer(visit->call, 200, "", kind->list ? TAKE(kind->list) : list.data);
}

static void watch_begin(const struct visit *visit)
{
    const char *from = strstr(visit->call->target, "resourceVersion=");

    visit->kind->watch = visit->call;
    api_stream(visit->call);
    if (from)
        visit->kind->told = strtoll(strchr(from, '=') + 1, NULL, 10);
    if (!visit->kind->silent)
        town_speak(visit->town, visit->kind);
}

/* Requests. */

static void pod_get(const struct visit *visit)
{
    cJSON *pod = town_object(visit->kind, visit->name);

    if (pod)
        answer_object(visit->call, 200, pod);
    else
        answer_status(visit->call, 404, "NotFound", "no such pod");
}

static void pod_create(struct visit *visit)
{
    cJSON *metadata = tree_open_object(visit->body, "metadata");
    CLEAN(text) struct text now = {0};
    char uid[NAME];

    if (town_object(visit->kind, visit->name)) {
        answer_status(visit->call, 409, "AlreadyExists", "the pod is there already");
        return;
    }
    snprintf(uid, sizeof uid, "uid-%lld", visit->town->version);
    tree_put_text(metadata, "uid", uid);
    timestamp_add(&now, time(NULL));
    tree_put_text(metadata, "creationTimestamp", now.data);
    town_add(visit->town, visit->kind, cJSON_Duplicate(visit->body, true));
    answer_object(visit->call, 201, town_object(visit->kind, visit->name));
}

static void pod_delete(const struct visit *visit)
{
    const cJSON *pod = town_object(visit->kind, visit->name);
    const char *uid = object_text(object_member(visit->body, "preconditions"), "uid");

    if (!pod)
        answer_status(visit->call, 404, "NotFound", "no such pod");
    else if (!uid || strcmp(uid, object_uid(pod)) != 0)
        answer_status(visit->call, 409, "Conflict", "another uid");
    else {
        answer_object(visit->call, 200, pod);
        town_remove(visit->town, visit->kind, visit->name);
    }
}

static void job_patch(struct visit *visit)
{
    cJSON *job = town_object(visit->kind, "digits");

    if (!job)
        answer_status(visit->call, 404, "NotFound", "no such job");
    else if (version_of(visit->body) != version_of(job))
        answer_status(visit->call, 409, "Conflict", "the object has been modified");
    else {
        tree_put(visit->body, "metadata", tree_object());
        scene_merge(job, visit->body);
        town_change(visit->town, visit->kind, "digits", "");
        answer_object(visit->call, 200, job);
    }
}

/* What is given as text is kept as base64. */
static void secret_keep(cJSON *secret)
{
    cJSON *given = cJSON_GetObjectItemCaseSensitive(secret, "stringData");
    cJSON *data = tree_open_object(secret, "data");
    const cJSON *text;

    cJSON_ArrayForEach(text, given)
    {
        char encoded[8192];

        CU_ASSERT_FATAL(strlen(text->valuestring) <= sizeof encoded / 2);
        EVP_EncodeBlock((unsigned char *)encoded,
                        (const unsigned char *)text->valuestring,
                        (int)strlen(text->valuestring));
        tree_put_text(data, text->string, encoded);
    }
    cJSON_DeleteItemFromObject(secret, "stringData");
}

static void secret_patch(const struct visit *visit)
{
    struct town *town = visit->town;

    if (version_of(visit->body) != version_of(town->secret)) {
        answer_status(visit->call, 409, "Conflict", "the object has been modified");
        return;
    }
    scene_merge(town->secret, visit->body);
    secret_keep(town->secret);
    version_put(town, town->secret);
    answer_object(visit->call, 200, town->secret);
}

static void answer_kept(const struct visit *visit, const cJSON *object)
{
    if (object)
        answer_object(visit->call, 200, object);
    else
        answer_status(visit->call, 404, "NotFound", "nothing is there");
}

/* The API server gives keys to those only who can take their kind of document. */
static void keys_answer(const struct visit *visit)
{
    CLEAN(text) struct text set = {0};

    if (!strstr(visit->call->accept, "application/jwk-set+json")) {
        api_answer(visit->call, 406, "", "");
        return;
    }
    visit->town->key_reads++;
    mint_set(visit->town->mint, NULL, &set);
    api_answer(visit->call, 200, "", set.data);
}

static void serve_kind(struct visit *visit)
{
    if (strstr(visit->call->target, "watch=1"))
        watch_begin(visit);
    else if (is(visit, "GET", "limit="))
        answer_list(visit);
    else if (is(visit, "GET", "/pods/"))
        pod_get(visit);
    else if (is(visit, "POST", "/pods"))
        pod_create(visit);
    else if (is(visit, "DELETE", "/pods/"))
        pod_delete(visit);
    else if (is(visit, "PATCH", "/status"))
        job_patch(visit);
    else
        answer_status(visit->call, 405, "MethodNotAllowed", visit->call->target);
}

static void serve_rest(struct visit *visit)
{
    struct town *town = visit->town;

    if (is(visit, "POST", "/events")) {
        text_addf(&town->posted, "%s\n", object_text(visit->body, "note"));
        answer_object(visit->call, 201, visit->body);
    } else if (is(visit, "GET", "/events"))
        answer_kept(visit, town->events);
    else if (is(visit, "GET", "/.well-known/openid-configuration"))
        api_answer(visit->call, 200, "", "{\"issuer\":\"" TOWN_ISSUER "\"}");
    else if (is(visit, "GET", "/openid/v1/jwks"))
        keys_answer(visit);
    else if (is(visit, "GET", "/nodes/"))
        answer_kept(visit, town->node);
    else if (is(visit, "GET", "/secrets/"))
        answer_kept(visit, town->secret);
    else if (is(visit, "PATCH", "/secrets/"))
        secret_patch(visit);
    else
        answer_status(visit->call, 405, "MethodNotAllowed", visit->call->target);
}

static void serve_well(struct visit *visit)
{
    if (visit->kept)
        serve_kind(visit);
    else
        serve_rest(visit);
}

/* Mischief. */

static struct town_mischief *mischief_find(struct town *town, const char *line)
{
    for (size_t i = 0; i < TOWN_MISCHIEF; i++) {
        struct town_mischief *mischief = &town->mischief[i];

        if (mischief->times && !strncmp(line, mischief->asked, strlen(mischief->asked)))
            return mischief;
    }
    return NULL;
}

static void serve_ill(struct visit *visit, struct town_mischief *mischief)
{
    struct api_call *call = visit->call;
    struct api_call nowhere = *call;
    struct visit unheard = *visit;

    mischief->times--;
    switch (mischief->way) {
    case TOWN_ANSWER:
        api_answer(call, mischief->status, "", mischief->body);
        break;
    case TOWN_CUT:
        api_cut(call);
        break;
    case TOWN_HOLD:
        visit->town->held = call;
        break;
    case TOWN_DONE_AND_CUT:
        nowhere.closed = true; /* nothing is sent */
        unheard.call = &nowhere;
        serve_well(&unheard);
        api_cut(call);
        break;
    }
}

/* What a request is called in `asked`: "POST pods digits-1-0-0", "PATCH trainingjobs digits". */
static void visit_open(struct visit *visit, struct text *line)
{
    static const char *const kinds[] = {"trainingjobs", "pods", "events", "nodes", "secrets"};
    const char *name = object_name(visit->body);
    char path[512];

    snprintf(path, sizeof path, "%s", visit->call->target);
    path[strcspn(path, "?")] = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *found = strstr(path, kinds[i]);

        if (!found)
            continue;
        found += strlen(kinds[i]);
        if (*found == '/')
            snprintf(visit->name, NAME, "%.*s", (int)strcspn(found + 1, "/"), found + 1);
        else if (name)
            snprintf(visit->name, NAME, "%s", name);
        text_addf(line, "%s %s %s", visit->call->method, kinds[i], visit->name);
        visit->kind = i ? &visit->town->pods : &visit->town->jobs;
        visit->kept = i < 2;
        visit->noted = *visit->name || !visit->kept;
        return;
    }
    text_addf(line, "%s %s", visit->call->method, path);
}

static void serve(void *context, struct api_call *call)
{
    CLEAN(tree) cJSON *body = cJSON_Parse(call->body);
    struct visit visit = {.town = context, .call = call, .body = body};
    CLEAN(text) struct text line = {0};
    struct town_mischief *mischief;
    struct town *town = context;

    visit_open(&visit, &line);
    if (visit.noted)
        text_addf(&town->asked, "%s\n", line.data);
    mischief = mischief_find(town, line.data);
    if (mischief)
        serve_ill(&visit, mischief);
    else
        serve_well(&visit);
}

size_t town_count(const struct town *town, const char *line)
{
    const char *at = text_string(&town->asked);
    size_t count = 0;

    while (*at) {
        count += !strncmp(at, line, strlen(line));
        at = strchr(at, '\n') + 1;
    }
    return count;
}

/* Beginning and end. */

void town_server_begin(struct town *town)
{
    town->jobs.objects = tree_list();
    town->pods.objects = tree_list();
    town_mint(town, "first");
    town->server = api_server_start(&town->controller.loop, serve, town);
}

void town_server_end(struct town *town)
{
    api_server_stop(town->server);
    cJSON_Delete(town->jobs.objects);
    cJSON_Delete(town->pods.objects);
    cJSON_Delete(town->secret);
    mint_free(town->mint);
    cJSON_Delete(town->node);
    cJSON_Delete(town->events);
    text_done(&town->asked);
    text_done(&town->posted);
}
