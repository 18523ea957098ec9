/* torchrun - what a process finds in its environment when torchrun starts it. */
#include "agent/torchrun.h"

#include <inttypes.h>

void torchrun_words(const struct torchrun_place *place, struct text *words)
{
    uint32_t rank = place->group * place->local_size + place->local_rank;
    uint32_t size = place->groups * place->local_size;

    text_word(words, "RANK=%" PRIu32, rank);
    text_word(words, "LOCAL_RANK=%" PRIu32, place->local_rank);
    text_word(words, "WORLD_SIZE=%" PRIu32, size);
    text_word(words, "LOCAL_WORLD_SIZE=%" PRIu32, place->local_size);
    text_word(words, "GROUP_RANK=%" PRIu32, place->group);
    text_word(words, "GROUP_WORLD_SIZE=%" PRIu32, place->groups);
    text_word(words, "ROLE_NAME=default");
    text_word(words, "ROLE_RANK=%" PRIu32, rank);
    text_word(words, "ROLE_WORLD_SIZE=%" PRIu32, size);
    text_word(words, "MASTER_ADDR=%s", place->master);
    text_word(words, "MASTER_PORT=%" PRIu32, place->port);
    text_word(words, "TORCHELASTIC_RESTART_COUNT=%" PRIu64, place->generation - 1);
    text_word(words, "TORCHELASTIC_MAX_RESTARTS=%" PRIu32, place->repairs);
    text_word(words, "TORCHELASTIC_RUN_ID=%s", place->job);
    if (!place->threads)
        text_word(words, "OMP_NUM_THREADS=1");
    text_word(words, "MUSTER_JOB=%s", place->job);
    text_word(words, "MUSTER_ATTEMPT=%" PRIu32, place->attempt);
    text_word(words, "MUSTER_GENERATION=%" PRIu64, place->generation);
}
