/* The nearest word: small slips find theirs, anything else finds none. */
#include "base/nearest.h"

#include <string.h>

#include "support/check.h"

static const char *near(const char *wanted)
{
    static const char *const known[] = {
        "type", "learningRate", "momentum", "beta1", "beta2", "epsilon", "weightDecay"};
    struct nearest nearest = {.wanted = wanted};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        nearest_offer(&nearest, known[i]);
    return nearest.found ? nearest.found : "";
}

static void slips_find_their_word(void)
{
    CHECK_TEXT(near("type"), "type");
    CHECK_TEXT(near("tpye"), "type");
    CHECK_TEXT(near("learning_rate"), "learningRate");
    CHECK_TEXT(near("LEARNINGRATE"), "learningRate");
    CHECK_TEXT(near("learnigRate"), "learningRate");
    CHECK_TEXT(near("momentun"), "momentum");
    CHECK_TEXT(near("beta_2"), "beta2");
    CHECK_TEXT(near("weight-decay"), "weightDecay");
}

static void the_first_of_equally_near_words_wins(void)
{
    CHECK_TEXT(near("beta"), "beta1");
    CHECK_TEXT(near("beta3"), "beta1");
}

static void what_is_far_finds_none(void)
{
    char longest[66];

    memset(longest, 'm', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CHECK_TEXT(near(""), "");
    CHECK_TEXT(near("lr"), "");
    CHECK_TEXT(near("dropout"), "");
    CHECK_TEXT(near(longest), "");
}

SUITE("base nearest",
      {"slips find their word", slips_find_their_word},
      {"the first of equally near words wins", the_first_of_equally_near_words_wins},
      {"what is far finds none", what_is_far_finds_none})
