/* scalar - what a plain scalar of YAML is. */
#include "job/scalar.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS     "0123456789"
#define OLD_NUMBER 64 /* what is longer is no number that anybody writes */

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words && strcmp(*words, text))
        words++;
    return *words != NULL;
}

static bool is_decimal(const char *text)
{
    size_t whole;
    size_t fraction = 0;

    text += *text == '-' || *text == '+';
    whole = strspn(text, DIGITS);
    if (whole > 1 && *text == '0')
        return false;
    text += whole;
    if (*text == '.') {
        fraction = strspn(text + 1, DIGITS);
        text += 1 + fraction;
    }
    if (!whole && !fraction)
        return false;
    if (*text == 'e' || *text == 'E') {
        text += 1 + (text[1] == '-' || text[1] == '+');
        if (!strspn(text, DIGITS))
            return false;
        text += strspn(text, DIGITS);
    }
    return !*text;
}

static bool is_based(const char *text, const char *prefix, const char *digits)
{
    size_t length = strlen(prefix);

    return !strncmp(text, prefix, length) && text[length] &&
           !text[length + strspn(text + length, digits)];
}

static double octal(const char *digits)
{
    double number = 0;

    for (; *digits; digits++)
        number = number * 8 + (*digits - '0');
    return number;
}

/* Whether a text is a number, which `*number` receives. */
static bool number_read(const char *text, double *number)
{
    static const char *const infinities[] = {
        ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", NULL};
    static const char *const none[] = {".nan", ".NaN", ".NAN", NULL};

    if (is_decimal(text) || is_based(text, "0x", DIGITS "abcdefABCDEF"))
        *number = strtod(text, NULL);
    else if (is_based(text, "0o", "01234567"))
        *number = octal(text + 2);
    else if (is_one_of(text, infinities))
        *number = *text == '-' ? -INFINITY : INFINITY;
    else if (is_one_of(text, none))
        *number = NAN;
    else
        return false;
    return true;
}

struct cJSON *scalar_node(const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    double number;

    if (is_one_of(text, nulls))
        return cJSON_CreateNull();
    if (is_one_of(text, trues))
        return cJSON_CreateTrue();
    if (is_one_of(text, falses))
        return cJSON_CreateFalse();
    if (number_read(text, &number))
        return cJSON_CreateNumber(number);
    return cJSON_CreateString(text);
}

/* Whether YAML 1.1 has digits of a base where there are none here, or zeros before a number. The
 * text has no sign and no '_'. */
static bool is_old_number(const char *text)
{
    static const char *const prefixes[] = {"0x", "0X", "0o", "0O", "0b", "0B"};
    static const char *const digits[] = {DIGITS "abcdefABCDEF", "01234567", "01"};

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (is_based(text, prefixes[i], digits[i / 2]))
            return true;
    }
    while (text[0] == '0' && strspn(text + 1, DIGITS))
        text++;
    return is_decimal(text);
}

bool scalar_differs(const char *text)
{
    static const char *const words[] = {"y",
                                        "Y",
                                        "yes",
                                        "Yes",
                                        "YES",
                                        "on",
                                        "On",
                                        "ON",
                                        "n",
                                        "N",
                                        "no",
                                        "No",
                                        "NO",
                                        "off",
                                        "Off",
                                        "OFF",
                                        NULL};
    char plain[OLD_NUMBER] = "";
    size_t size = 0;
    double number;

    if (is_one_of(text, words))
        return true;
    if (number_read(text, &number))
        return false;
    text += *text == '-' || *text == '+';
    if (!strspn(text, DIGITS))
        return false;
    for (; *text && size < sizeof plain - 1; text++) {
        if (*text != '_')
            plain[size++] = *text;
    }
    plain[size] = '\0';
    return !*text && is_old_number(plain);
}
