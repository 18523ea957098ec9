/* golden - scripts of events for a pure machine, with the effects that must come out behind "> ".
 *
 * A script is a file of tests/golden/<machine>/. Its first line says in words what must hold. Every
 * other line is empty, a remark ("# ..."), an expectation ("> ..."), an event, or one of:
 *
 *   given NAME     begins anew and plays given/NAME.txt without looking at what comes out
 *   at 20ms        moves the clock to that point after the beginning
 *
 * UPDATE=1 rewrites the expectations; the difference is then for a person to read.
 *
 * Words: "0a" is incarnation a of slot 0, "-" nobody; "5{0a,1a}" is the view of generation 5;
 * times are "20ms" or "30s"; a value with spaces stands in quotes: text="out of memory". */
#ifndef AGENT_GOLDEN_H
#define AGENT_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/codec.h"
#include "agent/effects.h"
#include "base/text.h"

#define GOLDEN_WORDS 24
#define GOLDEN_EPOCH INT64_C(1000000000000) /* the clock at the beginning of a script */

/* One line, taken apart. */
struct golden_line {
    const char *file;
    unsigned number;
    char *words[GOLDEN_WORDS];
    size_t count;
};

/* One machine under test. */
struct golden_scene {
    const char *directory;
    void *machine;
    void (*reset)(void *machine);
    /* Gives one event to the machine at time `now`. What comes out is added to `out` as lines
     * behind
     * "> "; NULL = nobody looks. */
    void (*event)(void *machine, const struct golden_line *line, int64_t now, struct text *out);
};

/* Plays every script of the scene's directory; a difference fails the test. */
void golden_play(const struct golden_scene *scene);

/* Plays given/NAME.txt of the scene from the beginning. */
void golden_given(const struct golden_scene *scene, const char *name);

/* Ends the program: the script itself is wrong. */
_Noreturn void golden_broken(const struct golden_line *line, const char *what);

/* The value of "key=value", or NULL. */
const char *golden_value(const struct golden_line *line, const char *key);

/* Whether the line has the word. */
bool golden_has(const struct golden_line *line, const char *word);

/* The number behind `key`, or `otherwise`. */
int64_t golden_number(const struct golden_line *line, const char *key, int64_t otherwise);

/* The time behind `key` in nanoseconds, or `otherwise`. */
int64_t golden_time(const struct golden_line *line, const char *key, int64_t otherwise);

/* golden_words.c: what machines speak of. */

struct identity golden_identity(const struct golden_line *line, const char *word);
void golden_view(const struct golden_line *line, const char *word, struct view *view);

/* Reads "VERB FROM [NUMBER] key=value..." as a message of that kind. */
void golden_message(const struct golden_line *line,
                    enum message_kind kind,
                    struct codec_message *out);

void golden_add_identity(struct text *out, const struct identity *id);
void golden_add_view(struct text *out, const char *key, const struct view *view);
void golden_add_time(struct text *out, int64_t nanoseconds);

/* Adds one line for each effect. */
void golden_add_effects(struct text *out, const struct effects *effects, int64_t now);

#endif
