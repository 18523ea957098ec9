/* answer - what came back for a request, and what it means. */
#include "kube/answer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const words[] = {
    [ANSWER_DONE] = "done",
    [ANSWER_EXISTS] = "exists",
    [ANSWER_CONFLICT] = "conflict",
    [ANSWER_ABSENT] = "absent",
    [ANSWER_EXPIRED] = "expired",
    [ANSWER_TOO_NEW] = "too_new",
    [ANSWER_INVALID] = "invalid",
    [ANSWER_DENIED] = "denied",
    [ANSWER_QUOTA] = "quota",
    [ANSWER_TERMINATING] = "terminating",
    [ANSWER_BUSY] = "busy",
    [ANSWER_LOST] = "lost",
    [ANSWER_TOO_LARGE] = "too_large",
};
_Static_assert(sizeof words / sizeof *words == ANSWER_CLASSES, "a word a class");

/* The first row that fits decides. NULL fits every reason and every cause. */
static const struct rule {
    int code;
    const char *reason;
    const char *cause;
    const char *words; /* somewhere in the message */
    enum answer_class class;
} rules[] = {
    {409, "AlreadyExists", NULL, NULL, ANSWER_EXISTS},
    {409, NULL, NULL, NULL, ANSWER_CONFLICT},
    {404, NULL, NULL, NULL, ANSWER_ABSENT},
    {410, NULL, NULL, NULL, ANSWER_EXPIRED},
    {504, NULL, "ResourceVersionTooLarge", NULL, ANSWER_TOO_NEW},
    {400, NULL, NULL, NULL, ANSWER_INVALID},
    {405, NULL, NULL, NULL, ANSWER_INVALID},
    {406, NULL, NULL, NULL, ANSWER_INVALID},
    {413, NULL, NULL, NULL, ANSWER_INVALID},
    {415, NULL, NULL, NULL, ANSWER_INVALID},
    {422, NULL, NULL, NULL, ANSWER_INVALID},
    {401, NULL, NULL, NULL, ANSWER_DENIED},
    {403, NULL, "NamespaceTerminating", NULL, ANSWER_TERMINATING},
    {403, NULL, NULL, "exceeded quota", ANSWER_QUOTA},
    {403, NULL, NULL, NULL, ANSWER_DENIED},
};

static int rule_fits(const struct rule *rule, const struct refusal *refusal)
{
    return rule->code == refusal->code &&
           (!rule->reason || !strcmp(rule->reason, refusal->reason)) &&
           (!rule->cause || refusal_has_cause(refusal, rule->cause)) &&
           (!rule->words || strstr(refusal->message, rule->words));
}

enum answer_class answer_classify_refusal(const struct refusal *refusal)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rule_fits(&rules[i], refusal))
            return rules[i].class;
    }
    return ANSWER_BUSY;
}

enum answer_class answer_classify(const struct answer *answer, struct refusal *refusal)
{
    struct refusal found = {0};
    enum answer_class class;

    if (answer->too_large)
        class = ANSWER_TOO_LARGE;
    else if (!answer->status)
        class = ANSWER_LOST;
    else if (answer->status >= 200 && answer->status < 300)
        class = ANSWER_DONE;
    else {
        refusal_read(answer->body, answer->size, &found);
        found.code = answer->status; /* whatever the body says */
        class = answer_classify_refusal(&found);
    }
    if (refusal)
        *refusal = found;
    return class;
}

const char *answer_word(enum answer_class class)
{
    assert(class < ANSWER_CLASSES);
    return words[class];
}

void answer_describe(const struct answer *answer, char *out, size_t size)
{
    struct refusal refusal;

    switch (answer_classify(answer, &refusal)) {
    case ANSWER_TOO_LARGE:
        snprintf(out, size, "the answer is too large");
        break;
    case ANSWER_LOST:
        snprintf(out, size, "no answer: %s", answer->reason);
        break;
    case ANSWER_DONE:
        snprintf(out, size, "%d", answer->status);
        break;
    default:
        snprintf(out,
                 size,
                 "%d%s%s%s%s",
                 answer->status,
                 *refusal.reason ? " " : "",
                 refusal.reason,
                 *refusal.message ? ": " : "",
                 refusal.message);
        break;
    }
}
