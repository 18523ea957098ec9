/* Options: every kind reaches its target, every mistake names what was typed, the help has each
 * row.
 */
#include "base/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"

struct wishes {
    bool verbose;
    bool keep;
    const char *directory;
    int64_t count;
    struct option_list sets;
};

static struct wishes wishes;

static const struct option_row rows[] = {
    {"verbose", 'v', OPTION_FLAG, NULL, "say more", &wishes.verbose, 0, 0},
    {"keep", 0, OPTION_FLAG, NULL, "keep the directory", &wishes.keep, 0, 0},
    {"directory", 'd', OPTION_TEXT, "DIR", "work there", &wishes.directory, 0, 0},
    {"count", 'n', OPTION_INTEGER, "N", "how many", &wishes.count, 1, 100},
    {"set", 0, OPTION_LIST, "PATH=VALUE", "change the job", &wishes.sets, 0, 0},
};

static const struct options options = {.program = "muster run",
                                       .operands = "JOB.yaml",
                                       .least_operands = 1,
                                       .most_operands = 2,
                                       .summary = "Runs a job on this machine.",
                                       .details = "Ends with 0 when the job succeeded.",
                                       .rows = rows,
                                       .row_count = sizeof rows / sizeof *rows};

/* Reads a command line of at most 15 words. */
static int read_words(const char *const *words, int *first, struct error *error)
{
    static char memory[16][128];
    char *argv[17] = {0};
    int argc = 0;

    wishes = (struct wishes){.count = 7};
    snprintf(memory[0], sizeof memory[0], "muster");
    argv[argc++] = memory[0];
    for (; *words; words++, argc++) {
        snprintf(memory[argc], sizeof memory[argc], "%s", *words);
        argv[argc] = memory[argc];
    }
    return options_read(&options, argc, argv, first, error);
}

#define READ(first, error, ...) read_words((const char *const[]){__VA_ARGS__, NULL}, first, error)

static void every_kind_reaches_its_target(void)
{
    int first = 0;

    CU_ASSERT(READ(&first,
                   NULL,
                   "-v",
                   "--directory",
                   "/tmp",
                   "--count=42",
                   "--set",
                   "a=1",
                   "job.yaml",
                   "--set=b=2",
                   "other") == 0);
    CU_ASSERT(wishes.verbose && !wishes.keep && wishes.count == 42 && wishes.sets.count == 2);
    CHECK_TEXT(wishes.directory, "/tmp");
    CHECK_TEXT(wishes.sets.items[0], "a=1");
    CHECK_TEXT(wishes.sets.items[1], "b=2");
    CU_ASSERT(first == 8); /* operands are moved behind the options */
}

static void short_names_and_clusters_are_understood(void)
{
    int first = 0;

    CU_ASSERT(READ(&first, NULL, "-vn9", "-d", "x", "--", "-v") == 0);
    CU_ASSERT(wishes.verbose && wishes.count == 9 && first == 5);
    CHECK_TEXT(wishes.directory, "x");
}

static void what_is_not_given_keeps_its_value(void)
{
    int first = 0;

    CU_ASSERT(READ(&first, NULL, "job.yaml") == 0 && first == 1);
    CU_ASSERT(wishes.count == 7 && !wishes.verbose && !wishes.directory && !wishes.sets.count);
}

static void each_mistake_names_what_was_typed(void)
{
    static const struct {
        const char *words[4];
        const char *text;
    } mistakes[] = {
        {{"--colour", "x"}, "unknown or ambiguous option --colour"},
        {{"x", "-q"}, "unknown option -q"},
        {{"-vq", "x"}, "unknown option -q"},
        {{"x", "-vqn"}, "unknown option -q"},
        {{"--ver", "x"}, "unknown or ambiguous option --ver"},
        {{"--keep=yes", "x"}, "--keep=yes: this option takes no argument"},
        {{"x", "--count"}, "--count needs an argument"},
        {{"x", "-n"}, "-n needs an argument"},
        {{"x", "-vn"}, "-n needs an argument"},
        {{"x", "-n", "0"}, "--count: '0' is not a whole number from 1 to 100"},
        {{"x", "-n101"}, "--count: '101' is not a whole number from 1 to 100"},
        {{"x", "--count", "ten"}, "--count: 'ten' is not a whole number from 1 to 100"},
        {{"-v"}, "missing operand: JOB.yaml"},
        {{"a", "b", "c"}, "unexpected operand 'c'"},
    };

    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct error error = {""};
        int first = -5;

        CU_ASSERT(read_words(mistakes[i].words, &first, &error) == -1 && first == -5);
        CHECK_TEXT(error.text, mistakes[i].text);
    }
}

static void a_list_has_a_most(void)
{
    static char set[] = "--set=x";
    char *argv[OPTIONS_LIST + 4] = {set, NULL};
    struct error error = {""};
    int first;

    wishes = (struct wishes){0};
    for (int i = 0; i < OPTIONS_LIST + 1; i++)
        argv[1 + i] = set;
    CU_ASSERT(options_read(&options, OPTIONS_LIST + 2, argv, &first, &error) == -1);
    CHECK_TEXT(error.text, "--set is given more than 64 times");
}

struct asking {
    const char *words[2];
    int outcome;
    int first;
};

static void ask(void *context)
{
    struct asking *asking = context;

    asking->outcome = read_words(asking->words, &asking->first, NULL);
}

static void help_has_every_row_and_version_the_version(void)
{
    static const char *const ways[] = {"--help", "-h"};

    for (size_t i = 0; i < 2; i++) {
        struct asking asking = {.words = {ways[i]}};
        CLEAN(text) struct text out = {0};

        check_captured(1, ask, &asking, &out);
        CU_ASSERT(asking.outcome == 1);
        CHECK_TEXT(text_string(&out),
                   "usage: muster run [OPTIONS] JOB.yaml\n"
                   "\n"
                   "Runs a job on this machine.\n"
                   "\n"
                   "options:\n"
                   "  -v, --verbose                say more\n"
                   "      --keep                   keep the directory\n"
                   "  -d, --directory DIR          work there\n"
                   "  -n, --count N                how many\n"
                   "      --set PATH=VALUE         change the job\n"
                   "  -h, --help                   show this help\n"
                   "      --version                show the version\n"
                   "\n"
                   "Ends with 0 when the job succeeded.\n");
    }
    {
        struct asking asking = {.words = {"--version"}};
        CLEAN(text) struct text out = {0};

        check_captured(1, ask, &asking, &out);
        CU_ASSERT(asking.outcome == 1 && !strncmp(text_string(&out), "muster run ", 11));
    }
}

static void refuse(void *context)
{
    struct error error = {"missing operand: JOB.yaml"};

    *(int *)context = options_refuse(&options, &error);
}

static void a_refusal_shows_the_usage_on_standard_error(void)
{
    CLEAN(text) struct text out = {0};
    int code = 0;

    check_captured(2, refuse, &code, &out);
    CU_ASSERT(code == 2);
    CHECK_TEXT(text_string(&out),
               "muster run: missing operand: JOB.yaml\n"
               "usage: muster run [OPTIONS] JOB.yaml\n"
               "Try 'muster run --help'.\n");
}

SUITE("base options",
      {"every kind reaches its target", every_kind_reaches_its_target},
      {"short names and clusters are understood", short_names_and_clusters_are_understood},
      {"what is not given keeps its value", what_is_not_given_keeps_its_value},
      {"each mistake names what was typed", each_mistake_names_what_was_typed},
      {"a list has a most", a_list_has_a_most},
      {"help has every row and version the version", help_has_every_row_and_version_the_version},
      {"a refusal shows the usage on standard error", a_refusal_shows_the_usage_on_standard_error})
