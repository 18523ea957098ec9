/* Base64: what encoders write is read, and nothing else. */
#include "base/base64.h"

#include <string.h>

#include "support/check.h"

static void texts_are_decoded(void)
{
    static const struct {
        const char *encoded;
        const char *decoded;
    } rows[] = {
        {"", ""}, /* RFC 4648, section 10 */
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
        {"Zm9v\nYm\r\nFy\n", "foobar"},
        {"+/+/", "\xfb\xff\xbf"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text out = {0};

        text_add(&out, ">");
        CU_ASSERT(base64_decode(rows[i].encoded, &out) == 0);
        CHECK_TEXT(text_string(&out) + 1, rows[i].decoded);
    }
}

static void anything_else_is_refused_and_leaves_nothing(void)
{
    static const char *const rows[] = {
        "Z",    "Zg",          "Zg=",       "Zm9vY", "Zg==Zg==", "Zg===",   "=",
        "====", "Z===",        "Zm9=",      "Zh==",  "Zm 9v",    "Zm9v ",   "-_-_",
        "Zm9*", "Zm9vZg==\nZ", "Z\xc3\xa9", "Z=9v",  "Zm=v",     "Zm9vZ==",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text out = {0};

        text_add(&out, ">");
        CU_ASSERT(base64_decode(rows[i], &out) == 1);
        CHECK_TEXT(text_string(&out), ">");
    }
}

SUITE("base base64",
      {"texts are decoded", texts_are_decoded},
      {"anything else is refused and leaves nothing", anything_else_is_refused_and_leaves_nothing})
