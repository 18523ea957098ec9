/* The progress of a local job: its words, how often they come, and what a terminal is sent. */
#include "cli/local/screen.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/check.h"

static const struct screen_progress half = {
    .committed = 150, .total = 300, .samples = 15000, .loss = 0.51234, .accuracy = NAN};

/* What is written to a file that is no terminal. */
struct page {
    FILE *file;
    char *content;
    size_t size;
    struct screen screen;
};

static void page_open(struct page *page)
{
    page->file = open_memstream(&page->content, &page->size);
    CU_ASSERT_FATAL(page->file != NULL);
    screen_init(&page->screen, page->file);
    CU_ASSERT(!page->screen.terminal);
}

static void page_is(struct page *page, const char *wanted)
{
    fclose(page->file);
    CHECK_TEXT(page->content, wanted);
    free(page->content);
}

static void words_are(const struct screen_progress *progress,
                      double rate,
                      int bar,
                      const char *wanted)
{
    CLEAN(text) struct text out = {0};

    screen_words(progress, rate, bar, &out);
    CHECK_TEXT(text_string(&out), wanted);
}

static void the_words_say_what_is_known(void)
{
    struct screen_progress progress = half;

    words_are(&progress, 0, 0, " 50 %  step 150/300  loss 0.5123");
    words_are(&progress, 0, 8, "[====>   ]  50 %  step 150/300  loss 0.5123");
    words_are(&progress, 1000, 0, " 50 %  step 150/300  loss 0.5123  1000 samples/s  ETA 0:15");
    words_are(&progress, 1e-30, 0, " 50 %  step 150/300  loss 0.5123");
    progress.loss = NAN;
    words_are(&progress, 0, 0, " 50 %  step 150/300");
    progress.total = 0;
    words_are(&progress, 1000, 4, "[>   ]   0 %  step 150  1000 samples/s");
    progress.committed = 0;
    words_are(&progress, 0, 0, "  0 %  step 0");
    progress.committed = -1;
    words_are(&progress, 1000, 8, "starting");
    progress.running = true;
    words_are(&progress, 1000, 8, "running");
}

static void a_bar_is_never_wider_than_asked(void)
{
    struct screen_progress progress = half;

    progress.loss = NAN;
    progress.committed = progress.total;
    words_are(&progress, 100, 4, "[====] 100 %  step 300/300  100 samples/s");
    progress.committed = progress.total + 1;
    words_are(&progress, 0, 4, "[====] 100 %  step 301/300");
}

static void the_time_left_is_in_minutes_or_hours(void)
{
    struct screen_progress progress = {
        .committed = 1, .total = 3601, .samples = 1, .loss = NAN, .accuracy = NAN};

    words_are(&progress, 1, 0, "  0 %  step 1/3601  1 samples/s  ETA 1:00:00");
    progress.total = 3600;
    words_are(&progress, 1, 0, "  0 %  step 1/3600  1 samples/s  ETA 59:59");
    progress.total = 90062;
    words_are(&progress, 1, 0, "  0 %  step 1/90062  1 samples/s  ETA 25:01:01");
    progress.total = 3;
    words_are(&progress, 1, 0, " 33 %  step 1/3  1 samples/s  ETA 0:02");
}

static void plain_lines_come_every_five_seconds(void)
{
    struct page page;
    struct screen_progress progress = half;

    page_open(&page);
    for (int64_t second = 1; second <= 11; second++) {
        progress.committed = second;
        screen_progress(&page.screen, &progress, CLOCK_SECONDS(second));
    }
    screen_end(&page.screen);
    page_is(&page,
            "  0 %  step 1/300  loss 0.5123\n"
            "  2 %  step 6/300  loss 0.5123\n"
            "  4 %  step 11/300  loss 0.5123\n");
}

static void a_note_is_a_line_of_its_own(void)
{
    struct page page;

    page_open(&page);
    screen_note(&page.screen, "slot %u ended with %s", 3U, "exit code 1");
    screen_progress(&page.screen, &half, CLOCK_SECONDS(1));
    screen_note(&page.screen, "100 %%");
    page_is(&page, "slot 3 ended with exit code 1\n 50 %  step 150/300  loss 0.5123\n100 %\n");
}

static void the_rate_follows_slowly_and_survives_a_step_back(void)
{
    struct page page;
    struct screen_progress progress = half;

    page_open(&page);
    progress.samples = 0;
    screen_progress(&page.screen, &progress, CLOCK_SECONDS(1));
    CU_ASSERT(page.screen.rate == 0);
    progress.samples = 999;
    screen_progress(&page.screen, &progress, CLOCK_SECONDS(2) - 1);
    CU_ASSERT(page.screen.rate == 0);
    progress.samples = 1000;
    screen_progress(&page.screen, &progress, CLOCK_SECONDS(2));
    CU_ASSERT(fabs(page.screen.rate - 1000) < 1e-6);
    progress.samples = 5000;
    screen_progress(&page.screen, &progress, CLOCK_SECONDS(4));
    CU_ASSERT(fabs(page.screen.rate - (0.6 * 1000 + 0.4 * 2000)) < 1e-6);
    /* A new attempt begins at the last checkpoint: fewer samples are no negative rate. */
    progress.samples = 2000;
    screen_progress(&page.screen, &progress, CLOCK_SECONDS(9));
    CU_ASSERT(fabs(page.screen.rate - 1400) < 1e-6);
    progress.samples = 3400;
    screen_progress(&page.screen, &progress, CLOCK_SECONDS(10));
    CU_ASSERT(fabs(page.screen.rate - 1400) < 1e-6);
    fclose(page.file);
    free(page.content);
}

/* Opens a terminal of that width. Returns its other end; `file` is what a program writes to. */
static int terminal_open(unsigned short columns, FILE **file)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    const char *name = master >= 0 && !grantpt(master) && !unlockpt(master) ? ptsname(master) : "";
    struct winsize size = {.ws_col = columns, .ws_row = 25};
    struct termios settings;

    *file = fopen(name, "w");
    if (!*file || tcgetattr(fileno(*file), &settings))
        abort();
    cfmakeraw(&settings);
    if (tcsetattr(fileno(*file), TCSANOW, &settings) || ioctl(master, TIOCSWINSZ, &size))
        abort();
    return master;
}

static void sent_is(int master, const char *wanted)
{
    char found[512] = "";
    size_t size = 0;

    while (size < strlen(wanted) && size < sizeof found - 1) {
        ssize_t got = read(master, found + size, sizeof found - 1 - size);

        CU_ASSERT_FATAL(got > 0);
        size += (size_t)got;
        found[size] = '\0';
    }
    CHECK_TEXT(found, wanted);
}

static void a_terminal_has_one_line_that_changes(void)
{
    struct screen screen;
    FILE *file;
    int master = terminal_open(60, &file);

    screen_init(&screen, file);
    CU_ASSERT(screen.terminal);
    screen_progress(&screen, &half, CLOCK_SECONDS(1));
    sent_is(master, "\r\033[K[============>           ]  50 %  step 150/300  loss 0.5123");
    screen_note(&screen, "killed rank 2");
    sent_is(master, "\r\033[Kkilled rank 2\n");
    screen_note(&screen, "repaired");
    sent_is(master, "repaired\n");
    fclose(file);
    close(master);
}

static void a_line_is_cut_at_the_width_of_the_terminal(void)
{
    struct screen screen;
    FILE *file;
    int master = terminal_open(20, &file);

    screen_init(&screen, file);
    screen_progress(&screen, &half, CLOCK_SECONDS(1));
    sent_is(master, "\r\033[K[============>     ");
    screen_end(&screen);
    sent_is(master, "\r\033[K");
    screen_end(&screen);
    screen_note(&screen, "end");
    sent_is(master, "end\n");
    fclose(file);
    close(master);
}

SUITE("cli screen",
      {"the words say what is known", the_words_say_what_is_known},
      {"a bar is never wider than asked", a_bar_is_never_wider_than_asked},
      {"the time left is in minutes or hours", the_time_left_is_in_minutes_or_hours},
      {"plain lines come every five seconds", plain_lines_come_every_five_seconds},
      {"a note is a line of its own", a_note_is_a_line_of_its_own},
      {"the rate follows slowly and survives a step back",
       the_rate_follows_slowly_and_survives_a_step_back},
      {"a terminal has one line that changes", a_terminal_has_one_line_that_changes},
      {"a line is cut at the width of the terminal", a_line_is_cut_at_the_width_of_the_terminal})
