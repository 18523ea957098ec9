/* base64 - bytes as text. */
#include "base/base64.h"

/* Six bits, or -1. */
static int digit(char character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    if (character == '+')
        return 62;
    return character == '/' ? 63 : -1;
}

/* Adds the bytes of a group of four. Returns 0; 1 when it is none; 2 when it is the last. */
static int group_add(const char *group, struct text *out)
{
    size_t padding = group[3] != '=' ? 0 : group[2] != '=' ? 1 : 2;
    unsigned bits = 0;
    char bytes[3];

    for (size_t i = 0; i < 4; i++) {
        int six = i < 4 - padding ? digit(group[i]) : 0;

        if (six < 0)
            return 1;
        bits = bits << 6 | (unsigned)six;
    }
    if (bits & (padding == 2 ? 0xffffu : padding == 1 ? 0xffu : 0u))
        return 1; /* bits that no encoder sets */
    for (size_t i = 0; i < 3; i++)
        bytes[i] = (char)(bits >> (16 - 8 * i));
    text_add_bytes(out, bytes, 3 - padding);
    return padding ? 2 : 0;
}

int base64_decode(const char *string, struct text *out)
{
    size_t before = out->size;
    char group[4];
    size_t filled = 0;
    int outcome = 0;

    for (; *string && outcome != 1; string++) {
        if (*string == '\n' || *string == '\r')
            continue;
        group[filled++] = *string;
        if (outcome == 2)
            outcome = 1; /* something behind the end */
        else if (filled == 4) {
            filled = 0;
            outcome = group_add(group, out);
        }
    }
    if (!filled && outcome != 1)
        return 0;
    text_cut(out, before);
    return 1;
}

void base64_encode(const void *bytes, size_t size, struct text *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *byte = bytes;

    for (size_t at = 0; at < size; at += 3) {
        size_t left = size - at;
        unsigned bits = (unsigned)byte[at] << 16 | (left > 1 ? (unsigned)byte[at + 1] << 8 : 0u) |
                        (left > 2 ? byte[at + 2] : 0u);
        char group[4];

        for (size_t i = 0; i < 4; i++)
            group[i] = i <= left ? digits[bits >> (18 - 6 * i) & 63] : '=';
        text_add_bytes(out, group, sizeof group);
    }
}
