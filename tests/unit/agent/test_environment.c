/* The environment of a rank: what is inherited, without what is not for it. */
#include "agent/environment.h"

#include <stdlib.h>
#include <string.h>

#include "support/check.h"

static char *const inherited[] = {
    "PATH=/bin", "MUSTER_KEEPER=3", "RANK=7", "RANKED=yes", "MASTER_ADDR=", NULL};

/* The joined list as one text: "PATH=/bin RANK=0 ". */
static void joined(const struct text *own, struct text *out)
{
    CLEAN(text) struct text words = {0};
    CLEAN_FREE const char **list = NULL;

    environment_join(inherited, own, &words);
    list = environment_list(&words);
    for (const char **word = list; *word; word++)
        text_addf(out, "%s ", *word);
}

static void words_for_agents_are_not_inherited(void)
{
    CLEAN(text) struct text own = {0};
    CLEAN(text) struct text found = {0};

    joined(&own, &found);
    CHECK_TEXT(text_string(&found), "PATH=/bin RANK=7 RANKED=yes MASTER_ADDR= ");
}

static void own_words_replace_what_is_inherited(void)
{
    CLEAN(text) struct text own = {0};
    CLEAN(text) struct text found = {0};

    text_word(&own, "RANK=0");
    text_word(&own, "MASTER_ADDR=10.0.0.7");
    text_word(&own, "MUSTER_JOB=uid");
    text_word(&own, "no word");
    joined(&own, &found);
    CHECK_TEXT(text_string(&found),
               "PATH=/bin RANKED=yes RANK=0 MASTER_ADDR=10.0.0.7 MUSTER_JOB=uid ");
}

static void a_name_is_found_as_a_whole(void)
{
    CU_ASSERT(environment_has(inherited, "RANK"));
    CU_ASSERT(environment_has(inherited, "MASTER_ADDR"));
    CU_ASSERT(!environment_has(inherited, "RAN"));
    CU_ASSERT(!environment_has(inherited, "MASTER_ADDRESS"));
}

static void nothing_is_an_empty_list(void)
{
    CLEAN(text) struct text nothing = {0};
    CLEAN_FREE const char **list = environment_list(&nothing);

    CU_ASSERT(list[0] == NULL);
}

SUITE("agent environment",
      {"words for agents are not inherited", words_for_agents_are_not_inherited},
      {"own words replace what is inherited", own_words_replace_what_is_inherited},
      {"a name is found as a whole", a_name_is_found_as_a_whole},
      {"nothing is an empty list", nothing_is_an_empty_list})
