/* names - the forms that Kubernetes asks of names, labels and annotations. */
#include "job/names.h"

#include <string.h>

#define LOWER     "abcdefghijklmnopqrstuvwxyz0123456789"
#define LETTERS   LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PART      63
#define SUBDOMAIN 253
#define NOTE      262144

/* Whether the first `length` bytes are of `outer` at both ends and of `outer` or `inner` between.
 */
static bool enclosed(const char *text, size_t length, const char *outer, const char *inner)
{
    for (size_t i = 0; i < length; i++) {
        bool end = i == 0 || i == length - 1;

        if (!strchr(outer, text[i]) && (end || !strchr(inner, text[i])))
            return false;
    }
    return length >= 1;
}

bool names_label(const char *text)
{
    size_t length = strlen(text);

    return length <= PART && enclosed(text, length, LOWER, "-");
}

/* Labels of DNS with dots between them. */
static bool subdomain(const char *text, size_t length)
{
    size_t begin = 0;

    for (size_t i = 0; i <= length; i++) {
        if (i < length && text[i] != '.')
            continue;
        if (!enclosed(text + begin, i - begin, LOWER, "-"))
            return false;
        begin = i + 1;
    }
    return length <= SUBDOMAIN;
}

bool names_key(const char *text)
{
    const char *slash = strchr(text, '/');

    if (slash && !subdomain(text, (size_t)(slash - text)))
        return false;
    text = slash ? slash + 1 : text;
    return *text && names_value(text);
}

bool names_value(const char *text)
{
    size_t length = strlen(text);

    return !length || (length <= PART && enclosed(text, length, LETTERS, "-_."));
}

bool names_note(const char *text)
{
    return strlen(text) <= NOTE;
}

const struct decode_form names_label_form = {"a DNS label (a-z, 0-9, inner -)", names_label};
const struct decode_form names_key_form = {
    "an optional domain and /, then at most 63 letters, digits and inner -, _ and .", names_key};
const struct decode_form names_value_form = {
    "a text of at most 63 letters, digits and inner -, _ and .", names_value};
const struct decode_form names_note_form = {"a text of at most 262144 bytes", names_note};
