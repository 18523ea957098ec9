/* outlet - a standard stream of this program, written without ever waiting for its reader.
 *
 * What the reader does not take is kept, in order. Lines that are at most PIPE_BUF long reach a
 * pipe whole, whoever else writes there. */
#ifndef AGENT_OUTLET_H
#define AGENT_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "base/text.h"

struct outlet {
    struct loop *loop;
    struct watch watch;
    int descriptor;               /* an own one, close-on-exec */
    bool patient;                 /* it cannot be made not to wait: it is asked before each write */
    bool waiting;                 /* for the reader */
    bool lost;                    /* there is no reader any more */
    struct text kept;             /* what is to be written */
    size_t written;               /* bytes of `kept` that are */
    void (*taken)(void *context); /* the reader has taken something that was kept */
    void *context;
};

/* Begins to write where `descriptor` leads. `taken` and `context` are set by the caller before. The
 * descriptor stays the caller's, as it is: other programs may share it. Returns 0 or -1. */
int outlet_open(struct outlet *outlet, struct loop *loop, int descriptor, struct error *error);

/* Lets go of everything; what the reader did not take is lost. */
void outlet_close(struct outlet *outlet);

/* Writes bytes that end with a line's end, as far as the reader takes them, and keeps the rest.
 * When there is no reader any more they are lost. */
void outlet_put(struct outlet *outlet, const void *bytes, size_t size);

/* How many bytes are kept. */
size_t outlet_kept(const struct outlet *outlet);

#endif
