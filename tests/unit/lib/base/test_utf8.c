/* UTF-8: every character is read back, and everything that is not UTF-8 is refused. */
#include <string.h>

#include "base/utf8.h"
#include "support/check.h"

/* Writes a character as its definition has it, also one that may not be written. */
static void encode(int32_t character, char *out)
{
    unsigned c = (unsigned)character;

    memset(out, 0, 5);
    if (c < 0x80) {
        out[0] = (char)c;
    } else if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
    } else {
        out[0] = (char)(0xf0 | c >> 18);
        out[1] = (char)(0x80 | (c >> 12 & 0x3f));
        out[2] = (char)(0x80 | (c >> 6 & 0x3f));
        out[3] = (char)(0x80 | (c & 0x3f));
    }
}

static void every_character_is_read_and_surrogates_are_refused(void)
{
    char bytes[5];
    int wrong = 0;

    for (int32_t character = 1; character <= 0x110000; character++) {
        const char *at = bytes;
        int allowed = character <= 0x10ffff && (character < 0xd800 || character > 0xdfff);
        int32_t got;

        encode(character, bytes);
        got = utf8_next(&at);
        wrong += got != (allowed ? character : -1);
        wrong += at != bytes + (allowed ? strlen(bytes) : 1);
    }
    CU_ASSERT(wrong == 0);
}

static void what_is_not_utf8_costs_one_byte(void)
{
    static const char *const broken[] = {
        "\x80",             /* begins in the middle */
        "\xbf\x80",         /* the same */
        "\xc3",             /* ends too early */
        "\xe2\x82",         /* the same */
        "\xf0\x9f\x98",     /* the same */
        "\xc3(",            /* no continuation */
        "\xe2(\xa1",        /* the same */
        "\xc0\xaf",         /* overlong slash */
        "\xe0\x80\xaf",     /* the same in three bytes */
        "\xf0\x80\x80\xaf", /* the same in four */
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
    };

    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        const char *at = broken[i];

        CU_ASSERT(utf8_next(&at) == -1);
        CU_ASSERT(at == broken[i] + 1);
        CU_ASSERT(!utf8_line(broken[i]));
    }
}

static void what_does_not_show_is_known(void)
{
    static const int32_t hidden[] = {-1,     0,      9,      0x1b,   0x1f,    0x7f,    0x80,
                                     0x9b,   0x9f,   0x2028, 0x202e, 0x2066,  0x2069,  0xfdd0,
                                     0xfdef, 0xfeff, 0xfffe, 0xffff, 0x1fffe, 0x10ffff};
    static const int32_t shown[] = {
        0x20, 0x7e, 0xa0, 0xe4, 0x2027, 0x202f, 0x2065, 0x206a, 0xfdcf, 0xfdf0, 0xfffd, 0x1f600};

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        CU_ASSERT(!utf8_shows(hidden[i]));
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        CU_ASSERT(utf8_shows(shown[i]));
    CU_ASSERT(utf8_line(""));
    CU_ASSERT(utf8_line("data/K\xc3\xb6ln \xf0\x9f\x98\x80"));
    CU_ASSERT(!utf8_line("two\nlines"));
    CU_ASSERT(!utf8_line("\xc2\x9b"
                         "31m"));
}

SUITE("base utf8",
      {"every character is read and surrogates are refused",
       every_character_is_read_and_surrogates_are_refused},
      {"what is not UTF-8 costs one byte", what_is_not_utf8_costs_one_byte},
      {"what does not show is known", what_does_not_show_is_known})
