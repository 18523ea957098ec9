/* problems - everything that is wrong with an input. */
#include "base/problems.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

void problems_add(struct problems *problems, const char *path, const char *format, ...)
{
    struct text text = {0};
    va_list arguments;

    if (problems->count == PROBLEMS_MOST) {
        problems->dropped++;
        return;
    }
    va_start(arguments, format);
    text_vaddf(&text, format, arguments);
    va_end(arguments);
    memory_grow(
        &problems->items, &problems->capacity, problems->count + 1, sizeof *problems->items);
    problems->items[problems->count++] = (struct problem){
        .path = memory_text(path),
        .text = text.data ? text.data : memory_text(""),
    };
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
