/* problems - everything that is wrong with an input. */
#include "base/problems.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void problems_vadd(struct problems *problems,
                   const char *path,
                   const char *format,
                   va_list arguments)
{
    struct text text = {0};

    if (problems->count == PROBLEMS_MOST) {
        problems->dropped++;
        return;
    }
    text_vaddf(&text, format, arguments);
    memory_grow(
        &problems->items, &problems->capacity, problems->count + 1, sizeof *problems->items);
    problems->items[problems->count++] = (struct problem){
        .path = memory_text(path),
        .text = text.data ? text.data : memory_text(""),
    };
}

void problems_add(struct problems *problems, const char *path, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    problems_vadd(problems, path, format, arguments);
    va_end(arguments);
}

static bool ends_step(char letter)
{
    return letter == '\0' || letter == '.' || letter == '[';
}

bool problems_within(const struct problems *problems, const char *path)
{
    size_t length = strlen(path);

    for (size_t i = 0; i < problems->count; i++) {
        const char *place = problems->items[i].path;

        if (!strncmp(place, path, length) && (!length || ends_step(place[length])))
            return true;
    }
    return false;
}

void problems_done(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        free(problems->items[i].path);
        free(problems->items[i].text);
    }
    free(problems->items);
    *problems = (struct problems){0};
}
