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

static void bytes_are_encoded(void)
{
    static const char *const rows[][2] = {
        {"", ""}, /* RFC 4648, section 10 */
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xbf", "+/+/"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text out = {0};

        text_add(&out, ">");
        base64_encode(rows[i][0], strlen(rows[i][0]), &out);
        CHECK_TEXT(text_string(&out) + 1, rows[i][1]);
    }
}

static void every_byte_comes_back(void)
{
    unsigned char bytes[256];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    for (size_t size = 0; size <= sizeof bytes; size++) {
        CLEAN(text) struct text encoded = {0};
        CLEAN(text) struct text decoded = {0};

        base64_encode(bytes, size, &encoded);
        CU_ASSERT(base64_decode(text_string(&encoded), &decoded) == 0);
        CU_ASSERT(decoded.size == size && !memcmp(text_string(&decoded), bytes, size));
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
      {"bytes are encoded", bytes_are_encoded},
      {"every byte comes back", every_byte_comes_back},
      {"anything else is refused and leaves nothing", anything_else_is_refused_and_leaves_nothing})
