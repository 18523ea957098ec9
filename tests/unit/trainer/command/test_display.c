/* Progress for a human: the words of a line, and when one is written. */
#include "trainer/command/display.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/check.h"
#include "wire/link.h"

static struct world_progress progress_at(int64_t committed, uint32_t phase)
{
    return (struct world_progress){.begun = committed,
                                   .committed = committed,
                                   .total = 1000,
                                   .epoch = 1,
                                   .samples = (uint64_t)committed * 100,
                                   .loss = 0.25,
                                   .accuracy = NAN,
                                   .phase = phase};
}

static void a_line_says_place_loss_speed_and_time_left(void)
{
    struct display display = {.began = CLOCK_SECONDS(10), .committed = 100, .samples = 10000};
    struct world_progress progress = progress_at(200, LINK_PHASE_TRAIN);
    CLEAN(text) struct text line = {0};

    display_line(&display, &progress, CLOCK_SECONDS(15), &line);
    CU_ASSERT_STRING_EQUAL(line.data,
                           "step 200/1000  epoch 1  loss 0.2500  2000 samples/s  40 s left");
    text_clear(&line);
    progress.loss = NAN;
    progress.accuracy = 0.9755;
    display_line(&display, &progress, CLOCK_SECONDS(10), &line);
    CU_ASSERT_STRING_EQUAL(line.data, "step 200/1000  epoch 1  accuracy 97.55 %");
    text_clear(&line);
    progress.total = 100200;
    display_line(&display, &progress, CLOCK_SECONDS(11), &line);
    CU_ASSERT(strstr(line.data, "  17 min left") != NULL);
    text_clear(&line);
    display_line(&display, &progress, CLOCK_SECONDS(50), &line);
    CU_ASSERT(strstr(line.data, "  11.1 h left") != NULL);
}

/* Notes `progress` at second `now` and returns how many bytes were written. */
static ssize_t note(struct display *display, int reader, struct world_progress progress, int now)
{
    char bytes[512];
    ssize_t got;

    display_note(display, &progress, CLOCK_SECONDS(now));
    got = read(reader, bytes, sizeof bytes);
    return got < 0 ? 0 : got;
}

static void plain_lines_come_with_time_and_with_validations(void)
{
    struct display display;
    int ends[2];

    CU_ASSERT_FATAL(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    display_init(&display, ends[1]);
    CU_ASSERT(!display.terminal);
    CU_ASSERT(note(&display, ends[0], progress_at(-1, LINK_PHASE_WAIT), 1) == 0);
    CU_ASSERT(note(&display, ends[0], progress_at(0, LINK_PHASE_TRAIN), 2) == 0);
    CU_ASSERT(note(&display, ends[0], progress_at(5, LINK_PHASE_TRAIN), 11) == 0);
    CU_ASSERT(note(&display, ends[0], progress_at(6, LINK_PHASE_TRAIN), 12) > 0);
    CU_ASSERT(note(&display, ends[0], progress_at(7, LINK_PHASE_TRAIN), 13) == 0);
    CU_ASSERT(note(&display, ends[0], progress_at(7, LINK_PHASE_VALIDATE), 14) == 0);
    CU_ASSERT(note(&display, ends[0], progress_at(7, LINK_PHASE_TRAIN), 15) > 0);
    /* a repair: the speed is measured anew, and standing still is no news */
    CU_ASSERT(note(&display, ends[0], progress_at(7, LINK_PHASE_WAIT), 40) == 0);
    CU_ASSERT(note(&display, ends[0], progress_at(7, LINK_PHASE_TRAIN), 41) == 0);
    CU_ASSERT(note(&display, ends[0], progress_at(7, LINK_PHASE_TRAIN), 60) == 0);
    CU_ASSERT(note(&display, ends[0], progress_at(8, LINK_PHASE_TRAIN), 61) > 0);
    display_end(&display);
    close(ends[0]);
    close(ends[1]);
}

static void a_terminal_has_one_line_that_changes(void)
{
    struct display display;
    struct world_progress progress = progress_at(0, LINK_PHASE_TRAIN);
    char bytes[512] = "";
    int ends[2];

    CU_ASSERT_FATAL(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    display_init(&display, ends[1]);
    display.terminal = true;
    display_note(&display, &progress, CLOCK_MS(1000));
    progress = progress_at(1, LINK_PHASE_TRAIN);
    display_note(&display, &progress, CLOCK_MS(1050));
    CU_ASSERT(read(ends[0], bytes, sizeof bytes) < 0);
    display_note(&display, &progress, CLOCK_MS(1101));
    CU_ASSERT(read(ends[0], bytes, sizeof bytes - 1) > 0);
    CU_ASSERT(strncmp(bytes, "\r\033[Kstep 1/1000", 15) == 0 && !strchr(bytes, '\n'));
    display_end(&display);
    CU_ASSERT(read(ends[0], bytes, sizeof bytes) == 1 && bytes[0] == '\n');
    close(ends[0]);
    close(ends[1]);
}

SUITE("trainer command display",
      {"a line says place, loss, speed and time left", a_line_says_place_loss_speed_and_time_left},
      {"plain lines come with time and with validations",
       plain_lines_come_with_time_and_with_validations},
      {"a terminal has one line that changes", a_terminal_has_one_line_that_changes})
