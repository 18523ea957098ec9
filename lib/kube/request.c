/* request - requests to the Kubernetes API as data. */
#include "kube/request.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "kube/refusal.h"

#define SECONDS(seconds) ((int64_t)(seconds) * 1000000000)
#define TIMEOUT          SECONDS(30)
#define TIMEOUT_LIST     SECONDS(60)

static const char *const words[] = {
    [REQUEST_GET] = "GET",
    [REQUEST_POST] = "POST",
    [REQUEST_PATCH] = "PATCH",
    [REQUEST_DELETE] = "DELETE",
};
_Static_assert(sizeof words / sizeof *words == REQUEST_METHODS, "a word a method");

const char *request_word(enum request_method method)
{
    assert(method < REQUEST_METHODS);
    return words[method];
}

/* Adds a text in which everything but the unreserved characters of RFC 3986 is encoded. */
static void encoded_add(struct text *out, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

    while (*text) {
        size_t size = strspn(text, plain);

        text_add_bytes(out, text, size);
        text += size;
        if (*text)
            text_addf(out, "%%%02X", (unsigned)(unsigned char)*text++);
    }
}

/* Adds a segment of the path. "." and ".." would be resolved away; no object has such a name. */
static void segment_add(struct text *out, const char *segment)
{
    assert(*segment && strcmp(segment, ".") != 0 && strcmp(segment, "..") != 0);
    text_add(out, "/");
    encoded_add(out, segment);
}

static void target_make(struct text *out, const struct request_place *place)
{
    text_add(out, *place->resource->group ? "/apis" : "/api");
    if (*place->resource->group)
        segment_add(out, place->resource->group);
    segment_add(out, place->resource->version);
    if (place->space) {
        text_add(out, "/namespaces");
        segment_add(out, place->space);
    }
    segment_add(out, place->resource->plural);
    if (place->name)
        segment_add(out, place->name);
    if (place->part)
        segment_add(out, place->part);
}

/* Adds one parameter of the query. */
static void parameter_add(struct text *target, const char *key, const char *value)
{
    text_add(target, memchr(target->data, '?', target->size) ? "&" : "?");
    text_addf(target, "%s=", key);
    encoded_add(target, value);
}

static void number_add(struct text *target, const char *key, size_t number)
{
    text_add(target, memchr(target->data, '?', target->size) ? "&" : "?");
    text_addf(target, "%s=%zu", key, number);
}

static void request_begin(struct request *request,
                          enum request_method method,
                          enum request_lane lane,
                          const struct request_place *place)
{
    *request = (struct request){
        .method = method, .lane = lane, .limit = REQUEST_ANSWER, .timeout = TIMEOUT};
    target_make(&request->target, place);
}

static void body_set(struct request *request, const char *content, const char *json)
{
    request->content = content;
    text_add(&request->body, json);
}

void request_get(struct request *request, const struct request_place *place)
{
    assert(place->name);
    request_begin(request, REQUEST_GET, REQUEST_READ, place);
}

void request_document(struct request *request, const char *path, size_t limit)
{
    *request = (struct request){
        .method = REQUEST_GET, .lane = REQUEST_READ, .limit = limit, .timeout = TIMEOUT};
    text_add(&request->target, path);
}

static void selectors_add(struct text *target, const struct request_selection *selection)
{
    if (selection->labels)
        parameter_add(target, "labelSelector", selection->labels);
    if (selection->fields)
        parameter_add(target, "fieldSelector", selection->fields);
}

void request_list(struct request *request,
                  const struct request_place *place,
                  const struct request_selection *selection)
{
    bool has_version = selection->version && *selection->version->digits;

    request_begin(request, REQUEST_GET, REQUEST_READ, place);
    request->limit = REQUEST_PAGE;
    request->timeout = TIMEOUT_LIST;
    selectors_add(&request->target, selection);
    if (selection->page)
        number_add(&request->target, "limit", selection->page);
    if (selection->next && *selection->next)
        parameter_add(&request->target, "continue", selection->next);
    else if (has_version) {
        parameter_add(&request->target, "resourceVersion", selection->version->digits);
        parameter_add(&request->target, "resourceVersionMatch", "NotOlderThan");
    }
}

void request_watch(struct request *request,
                   const struct request_place *place,
                   const struct request_selection *selection)
{
    request_begin(request, REQUEST_GET, REQUEST_STREAM, place);
    request->limit = REFUSAL_BYTES;
    request->timeout = 0;
    parameter_add(&request->target, "watch", "1");
    parameter_add(&request->target, "allowWatchBookmarks", "true");
    selectors_add(&request->target, selection);
    if (selection->version && *selection->version->digits)
        parameter_add(&request->target, "resourceVersion", selection->version->digits);
    if (selection->timeout_seconds)
        number_add(&request->target, "timeoutSeconds", selection->timeout_seconds);
}

void request_create(struct request *request, const struct request_place *place, const char *json)
{
    assert(!place->name || place->part);
    request_begin(request, REQUEST_POST, REQUEST_WRITE, place);
    body_set(request, "application/json", json);
}

void request_patch(struct request *request, const struct request_place *place, const char *json)
{
    assert(place->name);
    request_begin(request, REQUEST_PATCH, REQUEST_WRITE, place);
    body_set(request, "application/merge-patch+json", json);
}

/* Adds `"key":"value"` to the members of an object that was opened. */
static void member_add(struct text *out, const char *key, const char *value)
{
    if (out->data[out->size - 1] != '{')
        text_add(out, ",");
    json_add_text(out, key);
    text_add(out, ":");
    json_add_text(out, value);
}

void request_delete(struct request *request,
                    const struct request_place *place,
                    const struct request_condition *condition)
{
    struct text *body = &request->body;

    assert(place->name);
    request_begin(request, REQUEST_DELETE, REQUEST_WRITE, place);
    body_set(request, "application/json", "{");
    member_add(body, "kind", "DeleteOptions");
    member_add(body, "apiVersion", "v1");
    member_add(body, "propagationPolicy", "Background");
    if (condition->grace_seconds >= 0)
        text_addf(body, ",\"gracePeriodSeconds\":%d", condition->grace_seconds);
    text_add(body, ",\"preconditions\":{");
    if (condition->uid)
        member_add(body, "uid", condition->uid);
    if (condition->version)
        member_add(body, "resourceVersion", condition->version->digits);
    text_add(body, "}}");
}

void request_done(struct request *request)
{
    text_done(&request->target);
    text_done(&request->body);
    *request = (struct request){0};
}
