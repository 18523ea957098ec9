/* options - a table of options, read by getopt_long. */
#include "base/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/version.h"

#define OPTIONS_ROWS  32
#define ROW_BASE      1000 /* getopt_long's value of row 0 */
#define VALUE_HELP    900
#define VALUE_VERSION 901

/* Adds the line "usage: muster run [OPTIONS] JOB.yaml". */
static void usage_print(const struct options *options, struct text *out)
{
    text_addf(out,
              "usage: %s [OPTIONS]%s%s\n",
              options->program,
              *options->operands ? " " : "",
              options->operands);
}

static void row_help(const struct option_row *row, struct text *out)
{
    CLEAN(text) struct text left = {0};

    if (row->letter)
        text_addf(&left, "  -%c, --%s", row->letter, row->name);
    else
        text_addf(&left, "      --%s", row->name);
    if (row->argument)
        text_addf(&left, " %s", row->argument);
    text_addf(out, "%-30s %s\n", left.data, row->help);
}

static void help_print(const struct options *options)
{
    CLEAN(text) struct text out = {0};

    usage_print(options, &out);
    text_addf(&out, "\n%s\n\noptions:\n", options->summary);
    for (size_t i = 0; i < options->row_count; i++)
        row_help(&options->rows[i], &out);
    text_addf(&out, "%-30s %s\n", "  -h, --help", "show this help");
    text_addf(&out, "%-30s %s\n", "      --version", "show the version");
    if (options->details)
        text_addf(&out, "\n%s\n", options->details);
    fputs(out.data, stdout);
}

int options_refuse(const struct options *options, const struct error *error)
{
    CLEAN(text) struct text out = {0};

    text_addf(&out, "%s: %s\n", options->program, error->text);
    usage_print(options, &out);
    text_addf(&out, "Try '%s --help'.\n", options->program);
    fputs(out.data, stderr);
    return 2;
}

static int row_take(const struct option_row *row, const char *value, struct error *error)
{
    struct option_list *list;

    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->target = true;
        return 0;
    case OPTION_TEXT:
        *(const char **)row->target = value;
        return 0;
    case OPTION_INTEGER:
        if (text_integer(value, row->low, row->high, row->target))
            return error_set(error,
                             "--%s: '%s' is not a whole number from %lld to %lld",
                             row->name,
                             value,
                             (long long)row->low,
                             (long long)row->high);
        return 0;
    case OPTION_LIST:
        list = row->target;
        if (list->count == OPTIONS_LIST)
            return error_set(error, "--%s is given more than %d times", row->name, OPTIONS_LIST);
        list->items[list->count++] = value;
        return 0;
    }
    return error_set(error, "--%s cannot be read", row->name);
}

/* Builds getopt_long's two tables from ours. */
static void tables_build(const struct options *options, struct option *longs, char *shorts)
{
    size_t used = 0;

    assert(options->row_count <= OPTIONS_ROWS);
    shorts[used++] = ':';
    for (size_t i = 0; i < options->row_count; i++) {
        const struct option_row *row = &options->rows[i];
        int has = row->kind == OPTION_FLAG ? no_argument : required_argument;

        longs[i] = (struct option){row->name, has, NULL, ROW_BASE + (int)i};
        if (row->letter) {
            shorts[used++] = row->letter;
            if (has == required_argument)
                shorts[used++] = ':';
        }
    }
    longs[options->row_count] = (struct option){"help", no_argument, NULL, VALUE_HELP};
    longs[options->row_count + 1] = (struct option){"version", no_argument, NULL, VALUE_VERSION};
    longs[options->row_count + 2] = (struct option){0};
    shorts[used++] = 'h';
    shorts[used] = '\0';
}

static const struct option_row *row_find(const struct options *options, int value)
{
    if (value >= ROW_BASE)
        return &options->rows[value - ROW_BASE];
    for (size_t i = 0; i < options->row_count; i++) {
        if (options->rows[i].letter == value)
            return &options->rows[i];
    }
    return NULL;
}

/* Stores what getopt_long complains about. A letter may stand anywhere in its word, which optind
 * may not have passed yet; only of a long option is the word the one before optind. */
static int complaint_set(int value, char **argv, struct error *error)
{
    bool letter = optopt && optopt < VALUE_HELP;

    if (value == ':' && letter)
        return error_set(error, "-%c needs an argument", optopt);
    if (value == ':')
        return error_set(error, "%s needs an argument", argv[optind - 1]);
    if (letter)
        return error_set(error, "unknown option -%c", optopt);
    if (optopt)
        return error_set(error, "%s: this option takes no argument", argv[optind - 1]);
    return error_set(error, "unknown or ambiguous option %s", argv[optind - 1]);
}

/* Handles one value of getopt_long. Returns as options_read. */
static int value_take(const struct options *options, int value, char **argv, struct error *error)
{
    const struct option_row *row;

    if (value == ':' || value == '?')
        return complaint_set(value, argv, error);
    if (value == VALUE_HELP || value == 'h') {
        help_print(options);
        return 1;
    }
    if (value == VALUE_VERSION) {
        printf("%s %s\n", options->program, MUSTER_VERSION);
        return 1;
    }
    row = row_find(options, value);
    return row ? row_take(row, optarg, error) : error_set(error, "unknown option");
}

int options_read(
    const struct options *options, int argc, char **argv, int *first, struct error *error)
{
    struct option longs[OPTIONS_ROWS + 3];
    char shorts[2 * OPTIONS_ROWS + 4];
    int operands;
    int value;

    tables_build(options, longs, shorts);
    optind = 0;
    opterr = 0;
    while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        int taken = value_take(options, value, argv, error);

        if (taken)
            return taken;
    }
    operands = argc - optind;
    if (operands < options->least_operands)
        return error_set(error, "missing operand: %s", options->operands);
    if (operands > options->most_operands)
        return error_set(error, "unexpected operand '%s'", argv[optind + options->most_operands]);
    *first = optind;
    return 0;
}
