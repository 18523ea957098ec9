/* The environment that torchrun gives, word by word. */
#include "agent/torchrun.h"

#include <string.h>

#include "support/check.h"

static char *const nothing[] = {NULL};

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
                                   .port = 41000,
                                   .inherited = nothing};
}

static void every_word_of_the_contract_is_there(void)
{
    struct torchrun_place place = second_of_three();
    CLEAN(text) struct text found = {0};

    words_of(&place, &found);
    CHECK_TEXT(text_string(&found),
               "RANK=5 LOCAL_RANK=1 WORLD_SIZE=12 LOCAL_WORLD_SIZE=4 GROUP_RANK=1 "
               "GROUP_WORLD_SIZE=3 NODE_RANK=1 ROLE_NAME=default ROLE_RANK=5 ROLE_WORLD_SIZE=12 "
               "MASTER_ADDR=10.0.0.7 MASTER_PORT=41000 TORCHELASTIC_RESTART_COUNT=3 "
               "TORCHELASTIC_MAX_RESTARTS=10 TORCHELASTIC_RUN_ID=uid "
               "TORCHELASTIC_USE_AGENT_STORE=False TORCH_NCCL_ASYNC_ERROR_HANDLING=1 "
               "OMP_NUM_THREADS=1 PET_NNODES=3 PET_NODE_RANK=1 PET_NPROC_PER_NODE=4 "
               "PET_MASTER_ADDR=10.0.0.7 PET_MASTER_PORT=41000 PET_RDZV_BACKEND=static "
               "PET_RDZV_ENDPOINT=10.0.0.7:41000 PET_RDZV_ID=uid PET_MAX_RESTARTS=0 "
               "MUSTER_JOB=uid MUSTER_ATTEMPT=2 MUSTER_GENERATION=4 ");
    CU_ASSERT(torchrun_rank(&place) == 5);
}

static void what_a_user_has_said_is_not_overruled(void)
{
    static char threads[] = "OMP_NUM_THREADS=8";
    static char handling[] = "TORCH_NCCL_ASYNC_ERROR_HANDLING=3";
    static char processes[] = "PET_NPROC_PER_NODE=gpu";
    static char restarts[] = "PET_MAX_RESTARTS=1";
    static char size[] = "WORLD_SIZE=1";
    char *const said[] = {threads, handling, processes, restarts, size, NULL};
    struct torchrun_place place = second_of_three();
    CLEAN(text) struct text found = {0};

    place.inherited = said;
    words_of(&place, &found);
    CU_ASSERT(!strstr(text_string(&found), "OMP_NUM_THREADS"));
    CU_ASSERT(!strstr(text_string(&found), "NCCL"));
    CU_ASSERT(!strstr(text_string(&found), "PET_NPROC_PER_NODE"));
    CU_ASSERT(!strstr(text_string(&found), "PET_MAX_RESTARTS"));
    CHECK_HAS(text_string(&found), " WORLD_SIZE=12 "); /* the place is not the user's to choose */
}

static void a_process_alone_on_its_machine_has_all_threads(void)
{
    struct torchrun_place place = second_of_three();
    CLEAN(text) struct text found = {0};

    place.local_rank = 0;
    place.local_size = 1;
    words_of(&place, &found);
    CU_ASSERT(!strstr(text_string(&found), "OMP_NUM_THREADS"));
    CHECK_HAS(text_string(&found), "RANK=1 LOCAL_RANK=0 WORLD_SIZE=3 ");
}

static void an_address_of_six_has_brackets_where_a_port_follows(void)
{
    struct torchrun_place place = second_of_three();
    CLEAN(text) struct text found = {0};

    place.master = "fd00::7";
    words_of(&place, &found);
    CHECK_HAS(text_string(&found), " MASTER_ADDR=fd00::7 MASTER_PORT=41000 ");
    CHECK_HAS(text_string(&found), " PET_RDZV_ENDPOINT=[fd00::7]:41000 ");
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
      {"what a user has said is not overruled", what_a_user_has_said_is_not_overruled},
      {"a process alone on its machine has all threads",
       a_process_alone_on_its_machine_has_all_threads},
      {"an address of six has brackets where a port follows",
       an_address_of_six_has_brackets_where_a_port_follows},
      {"an undisturbed job has not been restarted", an_undisturbed_job_has_not_been_restarted})
