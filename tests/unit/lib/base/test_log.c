/* The log: one line an event, whatever is in it, and none below the least level. */
#include "base/log.h"

#include <string.h>

#include "support/check.h"

struct scene {
    struct log log;
    enum log_level level;
    const char *words;
};

static void write_scene(void *context)
{
    const struct scene *scene = context;

    log_write(&scene->log, scene->level, "%s", scene->words);
}

static void written(const struct scene *scene, struct text *out)
{
    struct scene copy = *scene;

    check_captured(2, write_scene, &copy, out);
}

static void a_line_has_time_level_who_and_words(void)
{
    struct scene scene = {{LOG_LEVEL_INFO, "agent slot=2"}, LOG_LEVEL_WARNING, "rank 3 is late"};
    CLEAN(text) struct text out = {0};
    char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
    size_t at = 0;

    written(&scene, &out);
    CU_ASSERT_FATAL(out.size > strlen(shape));
    for (; shape[at]; at++)
        CU_ASSERT(shape[at] == 'd' ? strchr("0123456789", out.data[at]) != NULL
                                   : shape[at] == out.data[at]);
    CHECK_TEXT(out.data + at, "warning agent slot=2: rank 3 is late\n");
}

static void a_level_below_the_least_is_not_written(void)
{
    for (int i = 0; i < 16; i++) {
        enum log_level least = (enum log_level)(i / 4);
        enum log_level level = (enum log_level)(i % 4);
        struct scene scene = {{least, "x"}, level, "words"};
        CLEAN(text) struct text out = {0};

        written(&scene, &out);
        CU_ASSERT((out.size != 0) == (level >= least));
    }
}

static void control_characters_cannot_forge_a_line(void)
{
    struct scene scene = {{LOG_LEVEL_INFO, "x"}, LOG_LEVEL_INFO, "one\ntwo\r\x1b[2J\x7f\tthree"};
    CLEAN(text) struct text out = {0};

    written(&scene, &out);
    CU_ASSERT_FATAL(out.size > 30);
    CHECK_TEXT(strstr(out.data, "info"), "info x: one?two??[2J??three\n");
}

static void a_long_line_is_cut_and_still_ends(void)
{
    char words[5000];
    struct scene scene = {{LOG_LEVEL_INFO, "x"}, LOG_LEVEL_INFO, words};
    struct scene nobody = {{LOG_LEVEL_INFO, words}, LOG_LEVEL_INFO, "x"};
    CLEAN(text) struct text out = {0};
    CLEAN(text) struct text none = {0};

    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    written(&scene, &out);
    CU_ASSERT(out.size > 1900 && out.size <= 2000 &&
              strchr(out.data, '\n') == &out.data[out.size - 1]);
    written(&nobody, &none);
    CU_ASSERT(none.size > 1900 && none.size <= 2000 &&
              strchr(none.data, '\n') == &none.data[none.size - 1]);
}

static void levels_are_read_by_their_names(void)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    enum log_level level;

    for (int i = 0; i < 4; i++)
        CU_ASSERT(log_level_parse(names[i], &level) == 0 && level == (enum log_level)i);
    level = LOG_LEVEL_INFO;
    CU_ASSERT(log_level_parse("Debug", &level) == 1);
    CU_ASSERT(log_level_parse("", &level) == 1);
    CU_ASSERT(log_level_parse("warn", &level) == 1);
    CU_ASSERT(level == LOG_LEVEL_INFO);
}

SUITE("base log",
      {"a line has time, level, who and words", a_line_has_time_level_who_and_words},
      {"a level below the least is not written", a_level_below_the_least_is_not_written},
      {"control characters cannot forge a line", control_characters_cannot_forge_a_line},
      {"a long line is cut and still ends", a_long_line_is_cut_and_still_ends},
      {"levels are read by their names", levels_are_read_by_their_names})
