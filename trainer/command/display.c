/* display - progress for a human. */
#include "trainer/command/display.h"

#include <math.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "wire/link.h"

#define TERMINAL_EVERY CLOCK_MS(100)
#define PLAIN_EVERY    CLOCK_SECONDS(10)
#define MINUTE         60
#define HOUR           3600

void display_init(struct display *display, int descriptor)
{
    *display = (struct display){.descriptor = descriptor, .terminal = isatty(descriptor)};
}

/* Adds "42 s left", "12 min left", "3.5 h left". */
static void left_add(struct text *out, double seconds)
{
    if (seconds < 2 * MINUTE)
        text_addf(out, "  %.0f s left", seconds);
    else if (seconds < 2 * HOUR)
        text_addf(out, "  %.0f min left", seconds / MINUTE);
    else
        text_addf(out, "  %.1f h left", seconds / HOUR);
}

void display_line(const struct display *display,
                  const struct world_progress *progress,
                  int64_t now,
                  struct text *out)
{
    double seconds = (double)(now - display->began) / (double)CLOCK_SECONDS(1);
    double steps = (double)(progress->committed - display->committed);

    text_addf(out,
              "step %lld/%lld  epoch %lld",
              (long long)progress->committed,
              (long long)progress->total,
              (long long)progress->epoch);
    if (!isnan(progress->loss))
        text_addf(out, "  loss %.4f", progress->loss);
    if (!isnan(progress->accuracy))
        text_addf(out, "  accuracy %.2f %%", 100 * progress->accuracy);
    if (seconds <= 0 || steps <= 0)
        return;
    text_addf(out, "  %.0f samples/s", (double)(progress->samples - display->samples) / seconds);
    left_add(out, (double)(progress->total - progress->committed) * seconds / steps);
}

static void line_write(struct display *display, const struct world_progress *progress, int64_t now)
{
    CLEAN(text) struct text line = {0};

    if (display->terminal)
        text_add(&line, "\r\033[K"); /* to the beginning of the line, and clear it */
    display_line(display, progress, now, &line);
    if (!display->terminal)
        text_add(&line, "\n");
    display->open = display->terminal;
    file_put(display->descriptor, line.data, line.size);
}

/* Whether something is to be written now. A validation that has ended always is. */
static bool line_due(const struct display *display,
                     const struct world_progress *progress,
                     int64_t now)
{
    bool validated = display->phase == LINK_PHASE_VALIDATE && progress->phase != display->phase;

    return progress->committed > display->committed && (validated || now >= display->next);
}

void display_note(struct display *display, const struct world_progress *progress, int64_t now)
{
    int64_t every = display->terminal ? TERMINAL_EVERY : PLAIN_EVERY;

    if (progress->phase != LINK_PHASE_TRAIN && progress->phase != LINK_PHASE_VALIDATE)
        display->counting = false;
    else if (!display->counting) {
        display->counting = true;
        display->began = now;
        display->committed = progress->committed;
        display->samples = progress->samples;
        display->next = now + every;
    }
    if (display->counting && line_due(display, progress, now)) {
        line_write(display, progress, now);
        display->next = now + every;
    }
    display->phase = progress->phase;
}

void display_end(struct display *display)
{
    if (display->open)
        file_put(display->descriptor, "\n", 1);
    display->open = false;
}
