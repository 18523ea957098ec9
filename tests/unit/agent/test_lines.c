/* Lines of a stream with their prefix. */
#include "agent/lines.h"

#include <limits.h>
#include <string.h>

#include "support/check.h"

#define PREFIX "[rank 3] "

/* What was given out: everything, and how many lines. */
struct taken {
    struct text all;
    int lines;
    size_t longest;
};

static void take(void *context, const char *line, size_t size, size_t prefix)
{
    struct taken *taken = context;

    CU_ASSERT(prefix == strlen(PREFIX) && !memcmp(line, PREFIX, prefix));
    CU_ASSERT(line[size - 1] == '\n');
    text_add_bytes(&taken->all, line + prefix, size - prefix);
    taken->lines++;
    if (size > taken->longest)
        taken->longest = size;
}

static void taken_done(struct taken *taken)
{
    text_done(&taken->all);
}

CLEANUP_DEFINE(taken, struct taken, taken_done)

/* Gives the bytes in parts of that size. */
static void feed(struct taken *taken, const char *bytes, size_t size, size_t part)
{
    struct lines lines;

    lines_init(&lines, PREFIX);
    for (size_t at = 0; at < size; at += part)
        lines_add(&lines, bytes + at, size - at < part ? size - at : part, take, taken);
    lines_end(&lines, take, taken);
    lines_end(&lines, take, taken); /* nothing is left */
}

static void lines_come_one_by_one_however_they_were_written(void)
{
    static const char bytes[] = "first\n\nthird\n";

    for (size_t part = 1; part <= sizeof bytes; part++) {
        CLEAN(taken) struct taken taken = {.lines = 0};

        feed(&taken, bytes, sizeof bytes - 1, part);
        CU_ASSERT(taken.lines == 3);
        CHECK_TEXT(text_string(&taken.all), "first\n\nthird\n");
    }
}

static void a_line_without_an_end_comes_when_the_stream_is_over(void)
{
    CLEAN(taken) struct taken taken = {.lines = 0};

    feed(&taken, "one\ntwo", 7, 7);
    CU_ASSERT(taken.lines == 2);
    CHECK_TEXT(text_string(&taken.all), "one\ntwo\n");
}

static void a_long_line_is_broken_and_nothing_of_it_is_lost(void)
{
    const size_t room = LINES_MOST - 1 - strlen(PREFIX);
    char bytes[3 * LINES_MOST];

    memset(bytes, 'x', sizeof bytes);
    for (size_t part = 1; part <= sizeof bytes; part = part * 7 + 1) {
        CLEAN(taken) struct taken taken = {.lines = 0};

        bytes[2 * room] = '\n'; /* exactly two lines full: no empty one follows */
        feed(&taken, bytes, 2 * room + 1, part);
        CU_ASSERT(taken.lines == 2 && taken.longest == LINES_MOST);
        CU_ASSERT(taken.all.size == 2 * room + 2);
        bytes[2 * room] = 'x';
        feed(&taken, bytes, 2 * room + 1, part);
        CU_ASSERT(taken.lines == 5);
        CU_ASSERT(taken.all.size == 2 * (2 * room + 2) + 2);
    }
    CU_ASSERT(LINES_MOST <= PIPE_BUF);
}

static void an_empty_line_behind_a_full_one_stays(void)
{
    const size_t room = LINES_MOST - 1 - strlen(PREFIX);
    CLEAN(taken) struct taken taken = {.lines = 0};
    char bytes[LINES_MOST + 2];

    memset(bytes, 'x', sizeof bytes);
    bytes[room] = bytes[room + 1] = '\n';
    feed(&taken, bytes, room + 2, room + 2);
    CU_ASSERT(taken.lines == 2);
}

static void bytes_that_are_no_text_pass_through(void)
{
    static const char bytes[] = "\0\xff\x80\r\t\x1b[0m\n";
    CLEAN(taken) struct taken taken = {.lines = 0};

    feed(&taken, bytes, sizeof bytes - 1, 3);
    CU_ASSERT(taken.lines == 1 && taken.all.size == sizeof bytes - 1);
    CU_ASSERT(!memcmp(taken.all.data, bytes, sizeof bytes - 1));
}

SUITE("agent lines",
      {"lines come one by one, however they were written",
       lines_come_one_by_one_however_they_were_written},
      {"a line without an end comes when the stream is over",
       a_line_without_an_end_comes_when_the_stream_is_over},
      {"a long line is broken and nothing of it is lost",
       a_long_line_is_broken_and_nothing_of_it_is_lost},
      {"an empty line behind a full one stays", an_empty_line_behind_a_full_one_stays},
      {"bytes that are no text pass through", bytes_that_are_no_text_pass_through})
