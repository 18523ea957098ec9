/* golden - reading scripts, and holding them against what comes out. */
#include "golden.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "support/check.h"

#define SCRIPT_LIMIT 65536
#define SCRIPTS_MOST 256

void golden_broken(const struct golden_line *line, const char *what)
{
    fprintf(stderr, "%s:%u: %s\n", line->file, line->number, what);
    abort();
}

const char *golden_value(const struct golden_line *line, const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 1; i < line->count; i++) {
        if (!strncmp(line->words[i], key, length) && line->words[i][length] == '=')
            return line->words[i] + length + 1;
    }
    return NULL;
}

bool golden_has(const struct golden_line *line, const char *word)
{
    for (size_t i = 1; i < line->count; i++) {
        if (!strcmp(line->words[i], word))
            return true;
    }
    return false;
}

int64_t golden_number(const struct golden_line *line, const char *key, int64_t otherwise)
{
    const char *value = golden_value(line, key);
    int64_t number = otherwise;

    if (value && text_integer(value, INT64_MIN, INT64_MAX, &number))
        golden_broken(line, "not a number");
    return number;
}

static int64_t time_read(const struct golden_line *line, const char *word)
{
    char *end;
    double number = strtod(word, &end);

    if (end == word || (strcmp(end, "ms") && strcmp(end, "s")))
        golden_broken(line, "not a time");
    return (int64_t)(number * (*end == 'm' ? 1e6 : 1e9));
}

int64_t golden_time(const struct golden_line *line, const char *key, int64_t otherwise)
{
    const char *value = golden_value(line, key);

    return value ? time_read(line, value) : otherwise;
}

/* Takes a line apart at its spaces, in place; quotes hold a value together and are left out. */
static void words_split(char *at, struct golden_line *line)
{
    bool quoted = false;
    char *to;

    line->count = 0;
    while (*at) {
        at += strspn(at, " ");
        if (!*at)
            break;
        if (line->count == GOLDEN_WORDS)
            golden_broken(line, "too many words");
        line->words[line->count++] = to = at;
        for (; *at && (quoted || *at != ' '); at++) {
            if (*at == '"')
                quoted = !quoted;
            else
                *to++ = *at;
        }
        if (*at)
            at++;
        *to = '\0';
    }
}

/* One script as it plays. */
struct play {
    const struct golden_scene *scene;
    struct golden_line line;
    int64_t now;
    struct text *out; /* NULL = nobody looks */
};

static void line_play(struct play *play, char *line)
{
    if (play->out)
        text_addf(play->out, "%s\n", line);
    if (!*line || *line == '#')
        return;
    words_split(line, &play->line);
    if (!strcmp(line, "given") && play->line.count == 2) {
        golden_given(play->scene, play->line.words[1]);
        play->now = GOLDEN_EPOCH;
    } else if (!strcmp(line, "at") && play->line.count == 2) {
        play->now = GOLDEN_EPOCH + time_read(&play->line, play->line.words[1]);
    } else {
        play->scene->event(play->scene->machine, &play->line, play->now, play->out);
    }
}

static void script_read(const char *path, struct text *script)
{
    struct error error;

    if (file_read(path, SCRIPT_LIMIT, script, &error)) {
        fprintf(stderr, "%s cannot be read\n", path);
        abort();
    }
}

/* Plays all lines but the expectations. */
static void script_play(struct play *play, const struct text *script)
{
    CLEAN_FREE char *lines = strdup(text_string(script));
    char *rest = lines;
    char *line;

    play->now = GOLDEN_EPOCH;
    play->scene->reset(play->scene->machine);
    while ((line = strsep(&rest, "\n")) && (rest || *line)) {
        play->line.number++;
        if (*line != '>')
            line_play(play, line);
    }
}

void golden_given(const struct golden_scene *scene, const char *name)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text script = {0};
    struct play play = {.scene = scene};

    text_addf(&path, "%s/given/%s.txt", scene->directory, name);
    play.line.file = path.data;
    script_read(path.data, &script);
    script_play(&play, &script);
}

/* Prints the first line in which two texts differ. */
static void difference_print(const char *path, const char *wanted, const char *found)
{
    const char *at = wanted;
    unsigned number = 1;

    for (size_t i = 0; wanted[i] && wanted[i] == found[i]; i++) {
        if (wanted[i] == '\n') {
            at = wanted + i + 1;
            number++;
        }
    }
    printf("\n%s:%u:\nwanted: %.*s\nfound:  %.*s\n",
           path,
           number,
           (int)strcspn(at, "\n"),
           at,
           (int)strcspn(found + (at - wanted), "\n"),
           found + (at - wanted));
}

static void file_play(const struct golden_scene *scene, const char *name)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text script = {0};
    CLEAN(text) struct text found = {0};
    struct play play = {.scene = scene, .out = &found};
    bool same;

    text_addf(&path, "%s/%s", scene->directory, name);
    play.line.file = path.data;
    script_read(path.data, &script);
    script_play(&play, &script);
    same = !strcmp(text_string(&script), text_string(&found));
    if (!same && getenv("UPDATE"))
        CU_ASSERT(file_write(path.data, found.data, found.size, NULL) == 0);
    CU_ASSERT(same);
    if (!same)
        difference_print(path.data, text_string(&script), text_string(&found));
    CU_ASSERT(text_string(&script)[0] == '#');
}

static int is_script(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');

    return end && !strcmp(end, ".txt");
}

void golden_play(const struct golden_scene *scene)
{
    struct dirent **names;
    int count = scandir(scene->directory, &names, is_script, alphasort);

    CU_ASSERT_FATAL(count > 0);
    for (int i = 0; i < count; i++) {
        file_play(scene, names[i]->d_name);
        free(names[i]);
    }
    free(names);
}
