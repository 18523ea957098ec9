/* visitor - a call that enrols. */
#include "controller/visitor.h"

#include <stdlib.h>

#include "base/memory.h"

static void leave(struct visitor *visitor)
{
    *visitor->link = visitor->next;
    if (visitor->next)
        visitor->next->link = visitor->link;
}

static void enter(struct visitor *visitor, struct visitor **list)
{
    visitor->next = *list;
    visitor->link = list;
    if (visitor->next)
        visitor->next->link = &visitor->next;
    *list = visitor;
}

struct visitor *visitor_new(struct visitor **list, struct rpc_call *call)
{
    struct visitor *visitor = memory_get(1, sizeof *visitor);

    visitor->call = call;
    enter(visitor, list);
    return visitor;
}

void visitor_move(struct visitor *visitor, struct visitor **list)
{
    leave(visitor);
    enter(visitor, list);
}

void visitor_free(struct visitor *visitor)
{
    leave(visitor);
    if (visitor->request)
        muster__enroll_request__free_unpacked(visitor->request, NULL);
    text_done(&visitor->certificate);
    text_done(&visitor->trust);
    free(visitor);
}
