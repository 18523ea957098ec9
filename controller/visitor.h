/* visitor - a call that enrols, from its opening to its end. */
#ifndef CONTROLLER_VISITOR_H
#define CONTROLLER_VISITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

struct directory;
struct desk;

/* It is in one list at a time: that of its desk, or of those that have none. */
struct visitor {
    struct visitor *next;
    struct visitor **link;
    struct directory *directory;
    struct desk *desk;     /* NULL = none yet, or it was closed */
    struct rpc_call *call; /* NULL = it has ended */
    Muster__EnrollRequest *request;
    bool verifying;          /* somebody finds out whether its claim is true */
    struct text certificate; /* that the answer holds; empty = none was asked for */
    struct text trust;       /* with it */
    int64_t since;           /* that its answer is held back; 0 = it is not */
};

/* Makes one, in a list. Never NULL. */
struct visitor *visitor_new(struct visitor **list, struct rpc_call *call);

/* Moves it to another list. */
void visitor_move(struct visitor *visitor, struct visitor **list);

/* Takes it out of its list and frees it. */
void visitor_free(struct visitor *visitor);

#endif
