/* keeper_output - what the ranks of a pod say: read by the keeper, written out line by line. */
#include "agent/keeper_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define PIECE 16384
#define MOST  (256 << 10) /* bytes that wait for a reader before ranks wait */
#define LEFT  (1 << 20)   /* bytes that a pipe can hold */

static void stream_close(struct keeper_stream *stream);

static void on_line(void *context, const char *line, size_t size, size_t prefix)
{
    struct keeper_stream *stream = context;

    outlet_put(&stream->output->outlets[stream->which], line, size);
    tail_add(stream->ends->tail, line + prefix, size - prefix);
}

/* Reads once. Returns the number of bytes; 0 at the end of the stream; -1 when there is nothing. */
static ssize_t stream_read(struct keeper_stream *stream)
{
    char bytes[PIECE];
    ssize_t got = read(stream->descriptor, bytes, sizeof bytes);

    if (got > 0)
        lines_add(&stream->lines, bytes, (size_t)got, on_line, stream);
    if (got < 0 && errno != EAGAIN && errno != EINTR)
        return 0;
    return got;
}

static bool behind(const struct keeper_stream *stream)
{
    return outlet_kept(&stream->output->outlets[stream->which]) > MOST;
}

static void stream_hold(struct keeper_stream *stream)
{
    loop_remove(stream->output->loop, &stream->watch);
    stream->held = true;
}

static void on_stream(void *context, uint32_t events)
{
    struct keeper_stream *stream = context;

    (void)events;
    if (stream_read(stream) == 0)
        stream_close(stream);
    else if (behind(stream))
        stream_hold(stream);
}

/* Begins to read. A stream that cannot be watched is read to its end when its rank has ended. */
static void stream_watch(struct keeper_stream *stream)
{
    struct error error;

    stream->watch = (struct watch){.call = on_stream, .context = stream};
    stream->held =
        loop_add(stream->output->loop, &stream->watch, stream->descriptor, EPOLLIN, &error) != 0;
}

static void stream_close(struct keeper_stream *stream)
{
    if (stream->descriptor < 0)
        return;
    lines_end(&stream->lines, on_line, stream);
    if (!stream->held)
        loop_remove(stream->output->loop, &stream->watch);
    close(stream->descriptor);
    stream->descriptor = -1;
}

/* The i-th of all streams. */
static struct keeper_stream *stream_at(struct keeper_output *output, uint32_t i)
{
    return &output->ranks[i / KEEPER_OUTPUT_STREAMS].streams[i % KEEPER_OUTPUT_STREAMS];
}

/* The reader of an outlet has taken something: streams that waited for it are read again. */
static void on_taken(void *context)
{
    struct keeper_output *output = context;

    for (uint32_t i = 0; i < output->count * KEEPER_OUTPUT_STREAMS; i++) {
        struct keeper_stream *stream = stream_at(output, i);

        if (stream->descriptor >= 0 && stream->held && !behind(stream))
            stream_watch(stream);
    }
    output->taken(output->context);
}

int keeper_output_open(struct keeper_output *output,
                       struct loop *loop,
                       uint32_t count,
                       struct error *error)
{
    output->loop = loop;
    if (output_memory_init(&output->memory, count, error))
        return -1;
    for (int i = 0; i < KEEPER_OUTPUT_STREAMS; i++) {
        output->outlets[i].taken = on_taken;
        output->outlets[i].context = output;
        if (outlet_open(&output->outlets[i], loop, STDOUT_FILENO + i, error)) {
            if (i)
                outlet_close(&output->outlets[0]);
            output_memory_done(&output->memory);
            return -1;
        }
    }
    if (!output->outlets[1].patient)
        dup2(output->outlets[1].descriptor, STDERR_FILENO);
    output->count = count;
    output->ranks = memory_get(count, sizeof *output->ranks);
    for (uint32_t i = 0; i < count; i++)
        output->ranks[i].tail = &output->memory.tails[i];
    for (uint32_t i = 0; i < count * KEEPER_OUTPUT_STREAMS; i++)
        stream_at(output, i)->descriptor = -1;
    return 0;
}

void keeper_output_close(struct keeper_output *output)
{
    for (uint32_t i = 0; i < output->count * KEEPER_OUTPUT_STREAMS; i++)
        stream_close(stream_at(output, i));
    for (int i = 0; i < KEEPER_OUTPUT_STREAMS; i++)
        outlet_close(&output->outlets[i]);
    free(output->ranks);
    output_memory_done(&output->memory);
}

int keeper_output_start(struct keeper_output *output,
                        uint32_t index,
                        uint32_t number,
                        int own[KEEPER_OUTPUT_STREAMS],
                        struct error *error)
{
    struct keeper_ends *ends = &output->ranks[index];
    char prefix[LINES_PREFIX];
    int pipes[KEEPER_OUTPUT_STREAMS][2];

    if (pipe2(pipes[0], O_CLOEXEC))
        return error_errno(error, "cannot create a pipe");
    if (pipe2(pipes[1], O_CLOEXEC)) {
        error_errno(error, "cannot create a pipe");
        close(pipes[0][0]);
        close(pipes[0][1]);
        return -1;
    }
    snprintf(prefix, sizeof prefix, "[rank %u] ", (unsigned)number);
    tail_clear(ends->tail);
    for (int i = 0; i < KEEPER_OUTPUT_STREAMS; i++) {
        struct keeper_stream *stream = &ends->streams[i];

        fcntl(pipes[i][0], F_SETFL, O_NONBLOCK); /* the rank's end waits */
        stream->descriptor = pipes[i][0];
        stream->ends = ends;
        stream->output = output;
        stream->which = i;
        lines_init(&stream->lines, prefix);
        stream_watch(stream);
        own[i] = pipes[i][1];
    }
    return 0;
}

void keeper_output_end(struct keeper_output *output, uint32_t index)
{
    for (int i = 0; i < KEEPER_OUTPUT_STREAMS; i++) {
        struct keeper_stream *stream = &output->ranks[index].streams[i];
        ssize_t got = 1;

        /* Orphans may hold the other end and write for ever. */
        for (size_t taken = 0; stream->descriptor >= 0 && got > 0 && taken < LEFT;
             taken += (size_t)got)
            got = stream_read(stream);
        stream_close(stream);
    }
}

void keeper_output_say(struct keeper_output *output, uint32_t index, const char *words)
{
    tail_clear(output->ranks[index].tail);
    tail_add(output->ranks[index].tail, words, strlen(words));
}

void keeper_output_words(const struct keeper_output *output, uint32_t index, char *out, size_t size)
{
    tail_words(output->ranks[index].tail, out, size);
}

bool keeper_output_idle(const struct keeper_output *output)
{
    return !outlet_kept(&output->outlets[0]) && !outlet_kept(&output->outlets[1]);
}
