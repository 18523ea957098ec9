/* Requests: each is the method, target and body that the API conventions ask for. */
#include "kube/request.h"

#include <string.h>

#include "support/check.h"

static const struct request_resource pods = {"", "v1", "pods"};
static const struct request_resource jobs = {"muster.dev", "v1alpha1", "trainingjobs"};

#define ALL_PODS "/api/v1/pods"
#define TEAM     "/api/v1/namespaces/team/pods"

static void check(struct request *request, enum request_method method, const char *target)
{
    CU_ASSERT(request->method == method);
    CHECK_TEXT(text_string(&request->target), target);
    CU_ASSERT(request->limit > 0 && (request->timeout > 0 || request->lane == REQUEST_STREAM));
}

static void paths_say_group_namespace_name_and_part(void)
{
    static const struct {
        struct request_place place;
        const char *target;
    } rows[] = {
        {{&pods, NULL, "a", NULL}, ALL_PODS "/a"},
        {{&pods, "team", "a", NULL}, TEAM "/a"},
        {{&jobs, "team", "a", "status"},
         "/apis/muster.dev/v1alpha1/namespaces/team/trainingjobs/a/status"},
        {{&pods, "a/b", "../c?d=%#\xc3\xa9", NULL},
         "/api/v1/namespaces/a%2Fb/pods/..%2Fc%3Fd%3D%25%23%C3%A9"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(request) struct request request = {0};

        request_get(&request, &rows[i].place);
        check(&request, REQUEST_GET, rows[i].target);
        CU_ASSERT(!request.content && !request.body.size);
    }
}

static void a_document_is_asked_for_by_its_path(void)
{
    CLEAN(request) struct request request = {0};

    request_document(&request, "/openid/v1/jwks", 100);
    check(&request, REQUEST_GET, "/openid/v1/jwks");
    CU_ASSERT(request.lane == REQUEST_READ && request.limit == 100 && request.timeout > 0);
}

static void lists_select_and_page(void)
{
    static const struct resource_version version = {"42"};
    static const struct resource_version none = {""};
    static const struct {
        struct request_selection selection;
        const char *target;
    } rows[] = {
        {{0}, ALL_PODS},
        {{.labels = "muster.dev/job,a=b", .page = 5},
         ALL_PODS "?labelSelector=muster.dev%2Fjob%2Ca%3Db&limit=5"},
        {{.fields = "metadata.name=x", .version = &none},
         ALL_PODS "?fieldSelector=metadata.name%3Dx"},
        {{.version = &version}, ALL_PODS "?resourceVersion=42&resourceVersionMatch=NotOlderThan"},
        {{.page = 5, .next = "t==", .version = &version}, ALL_PODS "?limit=5&continue=t%3D%3D"},
        {{.next = ""}, ALL_PODS},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(request) struct request request = {0};

        request_list(&request, &(struct request_place){.resource = &pods}, &rows[i].selection);
        check(&request, REQUEST_GET, rows[i].target);
        CU_ASSERT(request.lane == REQUEST_READ);
    }
}

static void a_watch_asks_for_bookmarks_and_its_end(void)
{
    CLEAN(request) struct request request = {0};
    struct resource_version version = {"42"};
    struct request_selection selection = {
        .labels = "a", .version = &version, .timeout_seconds = 301};

    request_watch(&request, &(struct request_place){.resource = &pods}, &selection);
    check(&request,
          REQUEST_GET,
          ALL_PODS "?watch=1&allowWatchBookmarks=true&labelSelector=a&resourceVersion=42"
                   "&timeoutSeconds=301");
    CU_ASSERT(request.lane == REQUEST_STREAM && request.timeout == 0);
}

static void writes_carry_their_body_and_its_type(void)
{
    static const struct request_place place = {&pods, "team", "a", NULL};
    static const struct request_place new = {&pods, "team", NULL, NULL};
    static const struct {
        void (*make)(struct request *request, const struct request_place *place, const char *json);
        const struct request_place *place;
        enum request_method method;
        const char *target;
        const char *content;
    } rows[] = {
        {request_create, &new, REQUEST_POST, TEAM, "application/json"},
        {request_patch, &place, REQUEST_PATCH, TEAM "/a", "application/merge-patch+json"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(request) struct request request = {0};

        rows[i].make(&request, rows[i].place, "{\"a\":1}");
        check(&request, rows[i].method, rows[i].target);
        CHECK_TEXT(request.content, rows[i].content);
        CHECK_TEXT(text_string(&request.body), "{\"a\":1}");
        CU_ASSERT(request.lane == REQUEST_WRITE);
    }
}

#define DELETE_HEAD                                                                                \
    "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"propagationPolicy\":\"Background\""

static void deletes_carry_their_conditions(void)
{
    static const struct request_place place = {&pods, "team", "a", NULL};
    static const struct resource_version version = {"42"};
    static const struct {
        struct request_condition condition;
        const char *body;
    } rows[] = {
        {{NULL, NULL, -1}, DELETE_HEAD ",\"preconditions\":{}}"},
        {{"u\"1", NULL, 0},
         DELETE_HEAD ",\"gracePeriodSeconds\":0,\"preconditions\":{\"uid\":\"u\\\"1\"}}"},
        {{"u1", &version, -1},
         DELETE_HEAD ",\"preconditions\":{\"uid\":\"u1\",\"resourceVersion\":\"42\"}}"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(request) struct request request = {0};

        request_delete(&request, &place, &rows[i].condition);
        check(&request, REQUEST_DELETE, TEAM "/a");
        CHECK_TEXT(text_string(&request.body), rows[i].body);
    }
}

static void methods_have_their_words(void)
{
    CHECK_TEXT(request_word(REQUEST_GET), "GET");
    CHECK_TEXT(request_word(REQUEST_PATCH), "PATCH");
    CHECK_TEXT(request_word(REQUEST_DELETE), "DELETE");
}

SUITE("kube request",
      {"paths say group, namespace, name and part", paths_say_group_namespace_name_and_part},
      {"a document is asked for by its path", a_document_is_asked_for_by_its_path},
      {"lists select and page", lists_select_and_page},
      {"a watch asks for bookmarks and its end", a_watch_asks_for_bookmarks_and_its_end},
      {"writes carry their body and its type", writes_carry_their_body_and_its_type},
      {"deletes carry their conditions", deletes_carry_their_conditions},
      {"methods have their words", methods_have_their_words})
