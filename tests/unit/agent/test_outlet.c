/* Writing without waiting: to pipes that are full, files, sockets, and readers that are gone. */
#include "agent/outlet.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"

#define LINE  100
#define LINES 5000 /* more than a pipe holds */

struct play {
    struct loop loop;
    struct outlet outlet;
    int reader;
    struct text heard;
    int taken;
};

static void on_taken(void *context)
{
    struct play *play = context;

    play->taken++;
    loop_stop(&play->loop);
}

static void play_open(struct play *play, int reader, int writer)
{
    signal(SIGPIPE, SIG_IGN);
    *play = (struct play){.reader = reader};
    CU_ASSERT_FATAL(loop_init(&play->loop, NULL) == 0);
    play->outlet.taken = on_taken;
    play->outlet.context = play;
    CU_ASSERT_FATAL(outlet_open(&play->outlet, &play->loop, writer, NULL) == 0);
    close(writer);
}

static void play_close(struct play *play)
{
    outlet_close(&play->outlet);
    loop_done(&play->loop);
    text_done(&play->heard);
    if (play->reader >= 0)
        close(play->reader);
}

static void lines_put(struct play *play, int count)
{
    char line[LINE + 1];

    for (int i = 0; i < count; i++) {
        snprintf(line, sizeof line, "%0*d\n", LINE - 1, i);
        outlet_put(&play->outlet, line, LINE);
    }
}

/* Reads what there is, at most so much, and keeps it. */
static void hear(struct play *play, size_t most)
{
    char bytes[LINE * 10];

    while (most) {
        ssize_t got = read(play->reader, bytes, most < sizeof bytes ? most : sizeof bytes);

        if (got <= 0)
            return;
        text_add_bytes(&play->heard, bytes, (size_t)got);
        most -= (size_t)got;
    }
}

/* Every line is there once and in order. */
static void heard_all(struct play *play, int count)
{
    char line[LINE + 1];

    CU_ASSERT_FATAL(play->heard.size == (size_t)count * LINE);
    for (int i = 0; i < count; i++) {
        snprintf(line, sizeof line, "%0*d\n", LINE - 1, i);
        CU_ASSERT(!memcmp(play->heard.data + (size_t)i * LINE, line, LINE));
    }
}

/* Puts more than the reader takes, then lets it take all. */
static void slow_reader(int reader, int writer)
{
    struct play play;

    CU_ASSERT(fcntl(reader, F_SETFL, O_NONBLOCK) == 0);
    play_open(&play, reader, writer);
    lines_put(&play, LINES);
    CU_ASSERT(outlet_kept(&play.outlet) > 0);
    while (outlet_kept(&play.outlet)) {
        hear(&play, (size_t)LINE * 100);
        loop_run(&play.loop, NULL);
    }
    hear(&play, SIZE_MAX);
    CU_ASSERT(play.taken > 0);
    heard_all(&play, LINES);
    play_close(&play);
}

static void a_pipe_that_is_full_is_written_when_it_is_read(void)
{
    int ends[2];

    CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
    slow_reader(ends[0], ends[1]);
}

static void the_descriptor_of_others_is_left_as_it_is(void)
{
    int ends[2];
    int other;

    CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
    other = dup(ends[1]);
    slow_reader(ends[0], ends[1]);
    CU_ASSERT(!(fcntl(other, F_GETFL) & O_NONBLOCK));
    close(other);
}

static void a_socket_is_asked_before_each_write(void)
{
    int ends[2];

    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    slow_reader(ends[0], ends[1]);
}

static void a_pipe_is_written_in_whole_lines(void)
{
    struct play play;
    int ends[2];

    CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    play_open(&play, ends[0], ends[1]);
    lines_put(&play, LINES);
    hear(&play, SIZE_MAX);
    CU_ASSERT(play.heard.size > 0 && play.heard.size % LINE == 0);
    play_close(&play);
}

static void a_file_takes_all_at_once(void)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    struct play play;
    int file;

    text_addf(&path, "%s/file", check_directory());
    file = open(path.data, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    CU_ASSERT_FATAL(write(file, "before\n", 7) == 7);
    play_open(&play, -1, file);
    lines_put(&play, 3);
    CU_ASSERT(outlet_kept(&play.outlet) == 0);
    CU_ASSERT(file_read(path.data, 1 << 20, &content, NULL) == 0);
    CU_ASSERT(content.size == 7 + (size_t)3 * LINE);
    play_close(&play);
}

static void without_a_reader_nothing_is_kept(void)
{
    struct play play;
    int ends[2];

    CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
    play_open(&play, ends[0], ends[1]);
    lines_put(&play, LINES);
    close(play.reader);
    play.reader = -1;
    loop_run(&play.loop, NULL);
    CU_ASSERT(play.taken == 1 && outlet_kept(&play.outlet) == 0);
    lines_put(&play, LINES);
    CU_ASSERT(outlet_kept(&play.outlet) == 0);
    play_close(&play);
}

SUITE("agent outlet",
      {"a pipe that is full is written when it is read",
       a_pipe_that_is_full_is_written_when_it_is_read},
      {"the descriptor of others is left as it is", the_descriptor_of_others_is_left_as_it_is},
      {"a socket is asked before each write", a_socket_is_asked_before_each_write},
      {"a pipe is written in whole lines", a_pipe_is_written_in_whole_lines},
      {"a file takes all at once", a_file_takes_all_at_once},
      {"without a reader nothing is kept", without_a_reader_nothing_is_kept})
