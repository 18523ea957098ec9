/* The framer: the same lines, however the bytes are split; nothing beyond the limit. */
#include "kube/framer.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "support/check.h"
#include "support/fault.h"

/* Gathers lines as "[line]"; stops at the line "stop". */
static int line_gather(void *context, const char *line, size_t size)
{
    struct text *lines = context;

    text_add(lines, "[");
    text_add_bytes(lines, line, size);
    text_add(lines, "]");
    return size == 4 && !memcmp(line, "stop", 4);
}

#define STREAM "{\"a\":1}\n\n{\"b\":2}\r\n{}\nrest"
#define LINES  "[{\"a\":1}][{\"b\":2}\r][{}]"

/* Feeds the bytes from `from` to `to` of the stream, in memory of exactly their size. */
static void part_feed(struct framer *framer, size_t from, size_t to, struct text *lines)
{
    CLEAN_FREE char *part = memory_get(1, to - from);

    memcpy(part, STREAM + from, to - from);
    CU_ASSERT(framer_feed(framer, part, to - from, line_gather, lines) == FRAMER_MORE);
}

static void lines_come_out_however_the_bytes_are_split(void)
{
    size_t size = sizeof STREAM - 1;

    for (size_t i = 0; i < size * size; i++) {
        CLEAN(framer) struct framer framer = {.limit = 16};
        CLEAN(text) struct text lines = {0};
        size_t first = i / size;
        size_t second = first + i % size * (size - first) / size;

        part_feed(&framer, 0, first, &lines);
        part_feed(&framer, first, second, &lines);
        part_feed(&framer, second, size, &lines);
        CHECK_TEXT(text_string(&lines), LINES);
        CU_ASSERT(framer_feed(&framer, "\n", 1, line_gather, &lines) == FRAMER_MORE);
        CHECK_TEXT(text_string(&lines), LINES "[rest]");
    }
}

static void a_line_beyond_the_limit_is_refused_however_it_is_split(void)
{
    static const struct {
        const char *parts[3];
        enum framer_outcome outcome;
    } rows[] = {
        {{"12345678\n"}, FRAMER_MORE},
        {{"12345678", "\n"}, FRAMER_MORE},
        {{"1234", "5678\n"}, FRAMER_MORE},
        {{"123456789\n"}, FRAMER_TOO_LARGE},
        {{"123456789"}, FRAMER_TOO_LARGE},
        {{"12345678", "9"}, FRAMER_TOO_LARGE},
        {{"12345678", "9\n"}, FRAMER_TOO_LARGE},
        {{"1234", "56789\n"}, FRAMER_TOO_LARGE},
        {{"a\nb\n123456789"}, FRAMER_TOO_LARGE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(framer) struct framer framer = {.limit = 8};
        CLEAN(text) struct text lines = {0};
        enum framer_outcome outcome = FRAMER_MORE;

        for (size_t p = 0; p < 3 && rows[i].parts[p]; p++)
            outcome = framer_feed(
                &framer, rows[i].parts[p], strlen(rows[i].parts[p]), line_gather, &lines);
        CU_ASSERT(outcome == rows[i].outcome);
        CU_ASSERT(outcome == FRAMER_MORE || !strstr(text_string(&lines), "1"));
        CU_ASSERT(framer.size == 0);
    }
}

static void a_reader_that_stops_gets_no_further_line(void)
{
    CLEAN(framer) struct framer framer = {.limit = 64};
    CLEAN(text) struct text lines = {0};

    CU_ASSERT(framer_feed(&framer, "a\nstop\nb\nc", 10, line_gather, &lines) == FRAMER_STOPPED);
    CHECK_TEXT(text_string(&lines), "[a][stop]");
    CU_ASSERT(framer.size == 0);
}

static void memory_that_cannot_be_had_is_an_outcome(void)
{
    struct framer framer = {.limit = 64};

    fault_arm(FAULT_TRIES, 1);
    CU_ASSERT(framer_feed(&framer, "abc", 3, line_gather, NULL) == FRAMER_NO_MEMORY);
    CU_ASSERT(fault_disarm() == 1);
    CU_ASSERT(framer.size == 0);
    framer_done(&framer);
}

SUITE("kube framer",
      {"lines come out however the bytes are split", lines_come_out_however_the_bytes_are_split},
      {"a line beyond the limit is refused however it is split",
       a_line_beyond_the_limit_is_refused_however_it_is_split},
      {"a reader that stops gets no further line", a_reader_that_stops_gets_no_further_line},
      {"memory that cannot be had is an outcome", memory_that_cannot_be_had_is_an_outcome})
