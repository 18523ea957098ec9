/* utf8 - text read one character at a time. */
#include "base/utf8.h"

#include <stddef.h>

/* Lead bytes: the bits that mark them, how many bytes follow, the least character they may carry.
 */
static const struct lead {
    unsigned char mask;
    unsigned char mark;
    int following;
    int32_t least;
} leads[] = {
    {0x80, 0x00, 0, 0x0},
    {0xe0, 0xc0, 1, 0x80},
    {0xf0, 0xe0, 2, 0x800},
    {0xf8, 0xf0, 3, 0x10000},
};

#define LEADS (sizeof leads / sizeof *leads)

int32_t utf8_next(const char **at)
{
    const unsigned char *byte = (const unsigned char *)(*at)++;
    const struct lead *lead = leads;
    int32_t character;

    while (lead < leads + LEADS && (*byte & lead->mask) != lead->mark)
        lead++;
    if (lead == leads + LEADS)
        return -1;
    character = *byte & (unsigned char)~lead->mask;
    for (int i = 1; i <= lead->following; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return -1;
        character = character << 6 | (byte[i] & 0x3f);
    }
    if (character < lead->least || character > 0x10ffff ||
        (character >= 0xd800 && character <= 0xdfff))
        return -1;
    *at += lead->following;
    return character;
}

bool utf8_shows(int32_t character)
{
    static const int32_t hidden[][2] = {
        {INT32_MIN, 0x1f},
        {0x7f, 0x9f},
        {0x2028, 0x202e}, /* line separators, directions */
        {0x2066, 0x2069}, /* directions */
        {0xfdd0, 0xfdef},
        {0xfeff, 0xfeff}, /* byte order mark */
    };

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (character >= hidden[i][0] && character <= hidden[i][1])
            return false;
    }
    return (character & 0xfffe) != 0xfffe;
}

bool utf8_line(const char *string)
{
    while (*string) {
        if (!utf8_shows(utf8_next(&string)))
            return false;
    }
    return true;
}
