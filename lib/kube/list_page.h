/* list_page - one page of a LIST: its objects, its version and where the next page begins. Pure. */
#ifndef KUBE_LIST_PAGE_H
#define KUBE_LIST_PAGE_H

#include <stddef.h>

#include "base/cleanup.h"
#include "kube/resource_version.h"

#define LIST_PAGE_CONTINUE 8192 /* longest token of a next page */

struct cJSON;

struct list_page {
    struct resource_version version; /* of the whole list */
    const char *next;                /* token of the next page; "" = this is the last */
    const struct cJSON *items;       /* array; each has a name and a version */
    struct cJSON *tree;
};

/* Reads the body of an answer. Returns 0 and the page, which list_page_done releases; 1 when it is
 * not a list with a version whose items are objects. */
int list_page_read(const char *bytes, size_t size, struct list_page *page);

void list_page_done(struct list_page *page);

CLEANUP_DEFINE(list_page, struct list_page, list_page_done)

#endif
