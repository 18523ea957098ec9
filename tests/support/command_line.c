/* command_line - words that a reader may change, and its output. */
#include "support/command_line.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/check.h"

static void word_add(struct command_line *line, int argc, const char *word)
{
    if (argc == COMMAND_LINE_WORDS)
        abort();
    snprintf(line->words[argc], sizeof line->words[argc], "%s", word);
    line->argv[argc] = line->words[argc];
    line->argv[argc + 1] = NULL;
}

static void read_it(void *context)
{
    struct command_line *line = context;
    int argc = 0;

    while (line->argv[argc])
        argc++;
    line->outcome = line->read(line->into, argc, line->argv);
}

int command_line_say(struct command_line *line,
                     int stream,
                     const char *const *words,
                     struct text *said)
{
    word_add(line, 0, "program");
    for (int i = 0; words[i]; i++)
        word_add(line, i + 1, words[i]);
    check_captured(stream, read_it, line, said);
    return line->outcome;
}
