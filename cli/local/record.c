/* record - the small files of a local job. */
#include "cli/local/record.h"

#include <string.h>

int record_attempt(const struct text *content, uint32_t *attempt)
{
    CLEAN(text) struct text digits = {0};
    int64_t number;

    text_add_bytes(&digits, content->data, content->size);
    if (digits.size && digits.data[digits.size - 1] == '\n')
        text_cut(&digits, digits.size - 1);
    if (strlen(digits.data) != digits.size || text_integer(digits.data, 0, UINT32_MAX, &number))
        return 1;
    *attempt = (uint32_t)number;
    return 0;
}

int record_verdict(const struct text *content, struct text *outcome, struct text *text)
{
    const char *begin = text_string(content);
    const char *end = strchr(begin, '\n');

    if (!end || end == begin || strlen(begin) != content->size)
        return 1;
    text_clear(outcome);
    text_add_bytes(outcome, begin, (size_t)(end - begin));
    text_clear(text);
    text_add(text, end + 1);
    if (text->size && text->data[text->size - 1] == '\n')
        text_cut(text, text->size - 1);
    return 0;
}
