/* member_name - the name by which a certificate says which agent it is of. */
#include "wire/member_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX "agent.muster.dev"
#define PLACE  "%" PRIu32 ".%" PRIu32 ".%s." SUFFIX
#define LABEL  64 /* the longest, with a zero byte (RFC 1035, section 2.3.4) */

int member_name_make(struct member_name *name, const char *job, uint32_t attempt, uint32_t slot)
{
    size_t size = strlen(job);

    if (!size || size >= sizeof name->job ||
        strspn(job, "abcdefghijklmnopqrstuvwxyz0123456789-") != size)
        return 1;
    *name = (struct member_name){.attempt = attempt, .slot = slot};
    memcpy(name->job, job, size);
    return 0;
}

void member_name_print(const struct member_name *name, char out[CERTIFICATE_NAME])
{
    char life[2 * MEMBER_NAME_LIFE + 1];

    text_hex(life, name->life, sizeof name->life);
    snprintf(out, CERTIFICATE_NAME, "%s." PLACE, life, name->slot, name->attempt, name->job);
}

void member_name_place(const struct member_name *name, char out[CERTIFICATE_NAME])
{
    snprintf(out, CERTIFICATE_NAME, PLACE, name->slot, name->attempt, name->job);
}

/* Takes the next label. Returns what follows it, or NULL when there is none or nothing follows. */
static const char *label_take(const char *text, char label[LABEL])
{
    size_t size = text ? strcspn(text, ".") : 0;

    if (!size || size >= LABEL || text[size] != '.')
        return NULL;
    memcpy(label, text, size);
    label[size] = '\0';
    return text + size + 1;
}

int member_name_read(const char *text, struct member_name *name)
{
    char life[LABEL];
    char slot[LABEL];
    char attempt[LABEL];
    char job[LABEL];
    char printed[CERTIFICATE_NAME];
    struct member_name read;
    int64_t numbers[2];
    const char *rest = label_take(text, life);

    rest = label_take(rest, slot);
    rest = label_take(rest, attempt);
    rest = label_take(rest, job);
    if (!rest || text_integer(slot, 0, UINT32_MAX, &numbers[0]) ||
        text_integer(attempt, 0, UINT32_MAX, &numbers[1]) ||
        member_name_make(&read, job, (uint32_t)numbers[1], (uint32_t)numbers[0]) ||
        text_unhex(read.life, sizeof read.life, life))
        return 1;
    member_name_print(&read, printed);
    if (strcmp(printed, text) != 0)
        return 1;
    *name = read;
    return 0;
}

bool member_name_same_attempt(const struct member_name *left, const struct member_name *right)
{
    return !strcmp(left->job, right->job) && left->attempt == right->attempt;
}

bool member_name_equal(const struct member_name *left, const struct member_name *right)
{
    return member_name_same_attempt(left, right) && left->slot == right->slot &&
           !memcmp(left->life, right->life, sizeof left->life);
}
