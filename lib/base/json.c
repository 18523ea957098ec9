/* json - values written as JSON text. */
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

#define REPLACEMENT 0xfffd

static void escape_add(struct text *out, unsigned character)
{
    unsigned above = character - 0x10000;

    if (character > 0xffff)
        text_addf(out, "\\u%04x\\u%04x", 0xd800 + (above >> 10), 0xdc00 + (above & 0x3ff));
    else
        text_addf(out, "\\u%04x", character);
}

void json_add_excerpt(struct text *out, const char *string, size_t most)
{
    text_add(out, "\"");
    for (size_t count = 0; *string; count++) {
        const char *from = string;
        int32_t character = utf8_next(&string);

        if (count == most) {
            text_add(out, "...");
            break;
        }
        if (character == '"' || character == '\\')
            text_addf(out, "\\%c", (char)character);
        else if (character < 0)
            escape_add(out, REPLACEMENT);
        else if (!utf8_shows(character))
            escape_add(out, (unsigned)character);
        else
            text_add_bytes(out, from, (size_t)(string - from));
    }
    text_add(out, "\"");
}

void json_add_text(struct text *out, const char *string)
{
    json_add_excerpt(out, string, SIZE_MAX);
}

void json_add_number(struct text *out, double number)
{
    char digits[32];

    assert(isfinite(number));
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    text_add(out, digits);
}
