/* The environment that torchrun gives, word by word. */
#include "agent/torchrun.h"

#include <string.h>

#include "support/check.h"

/* The words as one text: "RANK=5 LOCAL_RANK=1 ". */
static void words_of(const struct torchrun_place *place, struct text *out)
{
    CLEAN(text) struct text words = {0};

    torchrun_words(place, &words);
    for (size_t at = 0; at < words.size; at += strlen(words.data + at) + 1)
        text_addf(out, "%s ", words.data + at);
}

static struct torchrun_place second_of_three(void)
{
    return (struct torchrun_place){.job = "uid",
                                   .attempt = 2,
                                   .generation = 4,
                                   .group = 1,
                                   .groups = 3,
                                   .local_rank = 1,
                                   .local_size = 4,
                                   .repairs = 10,
                                   .master = "10.0.0.7",
                                   .port = 41000};
}

static void every_word_of_the_contract_is_there(void)
{
    struct torchrun_place place = second_of_three();
    CLEAN(text) struct text found = {0};

    words_of(&place, &found);
    CHECK_TEXT(text_string(&found),
               "RANK=5 LOCAL_RANK=1 WORLD_SIZE=12 LOCAL_WORLD_SIZE=4 GROUP_RANK=1 "
               "GROUP_WORLD_SIZE=3 ROLE_NAME=default ROLE_RANK=5 ROLE_WORLD_SIZE=12 "
               "MASTER_ADDR=10.0.0.7 MASTER_PORT=41000 TORCHELASTIC_RESTART_COUNT=3 "
               "TORCHELASTIC_MAX_RESTARTS=10 TORCHELASTIC_RUN_ID=uid OMP_NUM_THREADS=1 "
               "MUSTER_JOB=uid MUSTER_ATTEMPT=2 MUSTER_GENERATION=4 ");
}

static void who_has_said_how_many_threads_is_not_overruled(void)
{
    struct torchrun_place place = second_of_three();
    CLEAN(text) struct text found = {0};

    place.threads = true;
    words_of(&place, &found);
    CU_ASSERT(!strstr(text_string(&found), "OMP_NUM_THREADS"));
    CHECK_HAS(text_string(&found), "TORCHELASTIC_RUN_ID=uid MUSTER_JOB=uid");
}

static void an_undisturbed_job_has_not_been_restarted(void)
{
    struct torchrun_place place = second_of_three();
    CLEAN(text) struct text found = {0};

    place.generation = 1;
    words_of(&place, &found);
    CHECK_HAS(text_string(&found), "TORCHELASTIC_RESTART_COUNT=0 ");
}

SUITE("agent torchrun",
      {"every word of the contract is there", every_word_of_the_contract_is_there},
      {"who has said how many threads is not overruled",
       who_has_said_how_many_threads_is_not_overruled},
      {"an undisturbed job has not been restarted", an_undisturbed_job_has_not_been_restarted})
