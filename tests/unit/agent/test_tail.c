/* The last words of a process. */
#include "agent/tail.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

static struct tail tail;

static void say(const char *words)
{
    tail_add(&tail, words, strlen(words));
}

static void words_are(size_t size, const char *wanted)
{
    char out[1000];

    memset(out, 'x', sizeof out);
    tail_words(&tail, out, size);
    CU_ASSERT(strlen(out) < size && out[size] == 'x');
    CHECK_TEXT(out, wanted);
}

static void the_newest_lines_that_fit_are_given_in_their_order(void)
{
    tail_clear(&tail);
    words_are(100, "");
    say("one\ntwo\n\nthree\n");
    words_are(100, "one | two | three");
    words_are(18, "one | two | three");
    words_are(17, "two | three");
    words_are(6, "three");
}

static void a_last_line_that_does_not_fit_is_cut(void)
{
    tail_clear(&tail);
    say("before\nRuntimeError: out of memory\n");
    words_are(13, "RuntimeError");
    words_are(2, "R");
}

static void a_line_that_has_no_end_counts(void)
{
    tail_clear(&tail);
    say("one\ntwo");
    words_are(100, "one | two");
}

static void what_cannot_be_shown_is_replaced(void)
{
    tail_clear(&tail);
    tail_add(&tail, "  a\t\x1b b\xff\0c \r\n", 13);
    words_are(100, "a ? b??c");
    tail_clear(&tail);
    say("gr\xc3\xb6\xc3\x9f"
        "e\n");
    words_are(100,
              "gr\xc3\xb6\xc3\x9f"
              "e");
    words_are(4, "gr"); /* no half of a character */
}

/* The ring is compared with what was really said last. */
static void only_the_last_bytes_are_kept(void)
{
    char line[64];
    char wanted[64];

    tail_clear(&tail);
    for (int i = 0; i < 20000; i++) {
        snprintf(line, sizeof line, "line %d of many\n", i);
        say(line);
        if (i % 997 == 0) {
            snprintf(wanted, sizeof wanted, "line %d of many", i);
            words_are(strlen(wanted) + 1, wanted);
        }
    }
    CU_ASSERT(tail.total > (size_t)2 * TAIL_SIZE);
    words_are(40, "line 19998 of many | line 19999 of many");
}

static void more_than_fits_at_once_leaves_its_end(void)
{
    static char much[TAIL_SIZE + 100];

    memset(much, 'a', sizeof much);
    snprintf(much + sizeof much - 7, 7, "\nlast\n");
    tail_clear(&tail);
    say("begin\n");
    tail_add(&tail, much, sizeof much - 1);
    words_are(10, "last");
    tail_clear(&tail);
    words_are(10, "");
}

static void copied_is(const char *wanted)
{
    CLEAN(text) struct text out = {0};

    text_add(&out, "> ");
    tail_copy(&tail, &out);
    CHECK_TEXT(text_string(&out), wanted);
}

/* As it came, and with what was said before it was cleared. */
static void everything_that_is_kept_can_be_copied(void)
{
    memset(&tail, 0, sizeof tail);
    copied_is("> ");
    say("one\n");
    tail_clear(&tail);
    say("\ttwo");
    copied_is("> one\n\ttwo");
    words_are(100, "two");
}

static void the_oldest_bytes_give_way(void)
{
    CLEAN(text) struct text out = {0};
    static char many[TAIL_SIZE];

    memset(&tail, 0, sizeof tail);
    memset(many, 'm', sizeof many);
    say("first");
    tail_add(&tail, many, sizeof many - 4);
    say("end");
    tail_copy(&tail, &out);
    CU_ASSERT_FATAL(out.size == TAIL_SIZE);
    CU_ASSERT(out.data[0] == 't' && out.data[1] == 'm');
    CU_ASSERT(!memcmp(out.data + TAIL_SIZE - 4, "mend", 4));
}

/* Another process adds while this one copies: what it has begun to overwrite is not shown. */
static void what_is_being_overwritten_is_left_out(void)
{
    CLEAN(text) struct text out = {0};
    static char many[TAIL_SIZE];

    memset(&tail, 0, sizeof tail);
    memset(many, 'm', sizeof many);
    tail_add(&tail, many, sizeof many);
    say("new");
    tail.begun += 100;
    text_add(&out, "> ");
    tail_copy(&tail, &out);
    CU_ASSERT_FATAL(out.size == 2 + TAIL_SIZE - 100);
    CU_ASSERT(!memcmp(out.data, "> m", 3) && !memcmp(out.data + out.size - 4, "mnew", 4));
    tail.begun += TAIL_SIZE;
    text_clear(&out);
    tail_copy(&tail, &out);
    CU_ASSERT(out.size == 0);
}

SUITE("agent tail",
      {"the newest lines that fit are given in their order",
       the_newest_lines_that_fit_are_given_in_their_order},
      {"a last line that does not fit is cut", a_last_line_that_does_not_fit_is_cut},
      {"a line that has no end counts", a_line_that_has_no_end_counts},
      {"what cannot be shown is replaced", what_cannot_be_shown_is_replaced},
      {"only the last bytes are kept", only_the_last_bytes_are_kept},
      {"more than fits at once leaves its end", more_than_fits_at_once_leaves_its_end},
      {"everything that is kept can be copied", everything_that_is_kept_can_be_copied},
      {"the oldest bytes give way", the_oldest_bytes_give_way},
      {"what is being overwritten is left out", what_is_being_overwritten_is_left_out})
