/* list_page - one page of a LIST. */
#include "kube/list_page.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "kube/object.h"

/* Whether `items` is a list of objects. An empty list may be null. */
static int items_check(const cJSON *items)
{
    struct resource_version version;
    const cJSON *item;

    if (!items || (!cJSON_IsArray(items) && !cJSON_IsNull(items)))
        return 1;
    cJSON_ArrayForEach(item, items)
    {
        if (!object_name(item) || object_version(item, &version))
            return 1;
    }
    return 0;
}

int list_page_read(const char *bytes, size_t size, struct list_page *page)
{
    CLEAN(list_page) struct list_page fresh = {0};

    fresh.tree = object_parse(bytes, size);
    fresh.items = object_member(fresh.tree, "items");
    fresh.next = object_text(object_member(fresh.tree, "metadata"), "continue");
    if (!fresh.next)
        fresh.next = "";
    if (items_check(fresh.items) || object_version(fresh.tree, &fresh.version) ||
        strlen(fresh.next) > LIST_PAGE_CONTINUE)
        return 1;
    *page = fresh;
    fresh.tree = NULL;
    return 0;
}

void list_page_done(struct list_page *page)
{
    cJSON_Delete(page->tree);
    *page = (struct list_page){0};
}
