/* keeper_output - what the ranks of a pod say: read by the keeper, written out line by line.
 *
 * Each stream of a rank is a pipe that ends here, so that nothing is lost when the agent proper
 * dies. Lines go to the same stream of the keeper, behind "[rank 3] ", and their order within a
 * stream is kept. When the reader of that stream does not keep up, 256 KiB wait here; then the
 * ranks wait in their writes, as they would without a keeper. The keeper itself never waits. */
#ifndef AGENT_KEEPER_OUTPUT_H
#define AGENT_KEEPER_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/lines.h"
#include "agent/outlet.h"
#include "agent/output_memory.h"
#include "agent/settings.h"
#include "agent/tail.h"
#include "base/error.h"
#include "base/loop.h"

#define KEEPER_OUTPUT_STREAMS 2 /* standard output, standard error */

/* One stream of a rank. */
struct keeper_stream {
    int descriptor; /* -1 = there is none */
    bool held;      /* not read until the reader of its outlet keeps up */
    struct watch watch;
    struct lines lines;
    struct keeper_ends *ends;
    struct keeper_output *output;
    int which;
};

/* The streams of a rank, and what came over both of them last, in the memory of the output. */
struct keeper_ends {
    struct keeper_stream streams[KEEPER_OUTPUT_STREAMS];
    struct tail *tail;
};

struct keeper_output {
    struct loop *loop;
    struct outlet outlets[KEEPER_OUTPUT_STREAMS];
    struct keeper_ends *ranks;
    struct output_memory memory;
    uint32_t count;               /* of them */
    void (*taken)(void *context); /* something that waited was written */
    void *context;
};

/* Begins to write what `count` ranks say to standard output and standard error. `taken` and
 * `context` are set before. From now on this process, and a child that inherits it, writes to
 * standard error without waiting where that is a pipe or a terminal: a line of a log that is not
 * taken is lost. Returns 0, and keeper_output_close is owed; or -1. */
int keeper_output_open(struct keeper_output *output,
                       struct loop *loop,
                       uint32_t count,
                       struct error *error);

/* Lets go of everything; what still waits is lost. */
void keeper_output_close(struct keeper_output *output);

/* Makes the streams of a rank that is about to be started; `number` stands before its lines.
 * `own` is what the rank is to have as standard output and standard error, closed by the caller.
 * Returns 0 or -1. */
int keeper_output_start(struct keeper_output *output,
                        uint32_t index,
                        uint32_t number,
                        int own[KEEPER_OUTPUT_STREAMS],
                        struct error *error);

/* The rank has ended: takes what it has left in its pipes. */
void keeper_output_end(struct keeper_output *output, uint32_t index);

/* The rank has said what went wrong in another way: that counts as its last words. */
void keeper_output_say(struct keeper_output *output, uint32_t index, const char *words);

/* What the rank said last, as tail_words puts it. Valid until it is started again. */
void keeper_output_words(const struct keeper_output *output,
                         uint32_t index,
                         char *out,
                         size_t size);

/* Whether everything was written that came. */
bool keeper_output_idle(const struct keeper_output *output);

#endif
