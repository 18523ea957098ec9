/* Pages of lists: whole ones are read, all else is malformed. */
#include "kube/list_page.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "support/check.h"

#define ITEM "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"7\"}}"

static int read_text(const char *body, struct list_page *page)
{
    return list_page_read(body, strlen(body), page);
}

static void pages_are_read(void)
{
    static const struct {
        const char *body;
        int items;
        const char *next;
    } rows[] = {
        {"{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[]}", 0, ""},
        {"{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":null}", 0, ""},
        {"{\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"\"},\"items\":[" ITEM "]}",
         1,
         ""},
        {"{\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"t=\"},\"items\":[" ITEM "," ITEM
         "]}",
         2,
         "t="},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(list_page) struct list_page page = {0};

        CU_ASSERT(read_text(rows[i].body, &page) == 0);
        CHECK_TEXT(page.version.digits, "9");
        CHECK_TEXT(page.next, rows[i].next);
        CU_ASSERT(cJSON_GetArraySize(page.items) == rows[i].items);
    }
}

static void anything_else_is_malformed(void)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{\"items\":[]}",
        "{\"metadata\":{\"resourceVersion\":\"9\"}}",
        "{\"metadata\":{\"resourceVersion\":\"\"},\"items\":[]}",
        "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":{}}",
        "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[7]}",
        "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[{\"metadata\":{\"name\":\"a\"}}]}",
        "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[null]}",
        "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[",
    };
    struct list_page page = {0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(read_text(rows[i], &page) == 1 && !page.tree);
}

static void a_token_has_its_longest_length(void)
{
    CLEAN(text) struct text body = {0};
    struct list_page page = {0};

    text_add(&body, "{\"items\":[],\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"");
    for (int i = 0; i <= LIST_PAGE_CONTINUE; i++)
        text_add(&body, "x");
    text_add(&body, "\"}}");
    CU_ASSERT(list_page_read(body.data, body.size, &page) == 1);
}

SUITE("kube list_page",
      {"pages are read", pages_are_read},
      {"anything else is malformed", anything_else_is_malformed},
      {"a token has its longest length", a_token_has_its_longest_length})
