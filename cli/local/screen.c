/* screen - how far a local job is. */
#include "cli/local/screen.h"

#include <math.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"

#define PLAIN_EVERY CLOCK_SECONDS(5)
#define RATE_EVERY  CLOCK_SECONDS(1)
#define RATE_MEMORY 0.6 /* of the old rate in the new one */
#define RATE_LEAST  0.5 /* samples a second; less would be shown as none */
#define BAR         24
#define COLUMNS     80

void screen_init(struct screen *screen, FILE *out)
{
    *screen = (struct screen){.out = out, .terminal = isatty(fileno(out))};
}

static void bar_words(double share, int width, struct text *out)
{
    int full = (int)(share * width);

    text_add(out, "[");
    for (int i = 0; i < width; i++)
        text_add(out, i < full ? "=" : i == full ? ">" : " ");
    text_add(out, "] ");
}

static void time_words(double seconds, struct text *out)
{
    long whole = (long)(seconds + 0.5);

    if (whole >= 3600)
        text_addf(out, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        text_addf(out, "%ld:%02ld", whole / 60, whole % 60);
}

void screen_words(const struct screen_progress *progress, double rate, int bar, struct text *out)
{
    double share = progress->total > 0 && progress->committed > 0
                       ? (double)progress->committed / (double)progress->total
                       : 0;
    double each;

    if (progress->committed < 0) {
        text_add(out, progress->running ? "running" : "starting");
        return;
    }
    if (bar)
        bar_words(share, bar, out);
    text_addf(out, "%3.0f %%  step %lld", share * 100, (long long)progress->committed);
    if (progress->total > 0)
        text_addf(out, "/%lld", (long long)progress->total);
    if (!isnan(progress->loss))
        text_addf(out, "  loss %.4f", progress->loss);
    if (rate < RATE_LEAST) /* it fades while nothing is trained */
        return;
    text_addf(out, "  %.0f samples/s", rate);
    if (progress->committed > 0 && progress->total > progress->committed) {
        each = (double)progress->samples / (double)progress->committed;
        text_add(out, "  ETA ");
        time_words((double)(progress->total - progress->committed) * each / rate, out);
    }
}

static void rate_update(struct screen *screen, uint64_t samples, int64_t now)
{
    double fresh;

    if (!screen->rate_since || samples < screen->rate_samples) {
        screen->rate_since = now;
        screen->rate_samples = samples;
        return;
    }
    if (now - screen->rate_since < RATE_EVERY)
        return;
    fresh = (double)(samples - screen->rate_samples) /
            ((double)(now - screen->rate_since) / (double)CLOCK_SECONDS(1));
    screen->rate =
        screen->rate > 0 ? RATE_MEMORY * screen->rate + (1 - RATE_MEMORY) * fresh : fresh;
    screen->rate_since = now;
    screen->rate_samples = samples;
}

static int columns(const struct screen *screen)
{
    struct winsize size;

    if (ioctl(fileno(screen->out), TIOCGWINSZ, &size) || !size.ws_col)
        return COLUMNS;
    return size.ws_col;
}

void screen_progress(struct screen *screen, const struct screen_progress *progress, int64_t now)
{
    CLEAN(text) struct text words = {0};

    rate_update(screen, progress->samples, now);
    if (!screen->terminal && screen->last && now - screen->last < PLAIN_EVERY)
        return;
    screen->last = now;
    screen_words(progress, screen->rate, screen->terminal ? BAR : 0, &words);
    if (screen->terminal) {
        fprintf(screen->out, "\r\033[K%.*s", columns(screen) - 1, words.data);
        screen->drawn = true;
    } else {
        fprintf(screen->out, "%s\n", words.data);
    }
    fflush(screen->out);
}

void screen_end(struct screen *screen)
{
    if (screen->drawn)
        fprintf(screen->out, "\r\033[K");
    screen->drawn = false;
    fflush(screen->out);
}

void screen_note(struct screen *screen, const char *format, ...)
{
    va_list arguments;

    screen_end(screen);
    va_start(arguments, format);
    vfprintf(screen->out, format, arguments);
    va_end(arguments);
    fprintf(screen->out, "\n");
    fflush(screen->out);
}
