/* torchrun - what a process finds in its environment when torchrun starts it. */
#include "agent/torchrun.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "agent/environment.h"

/* Values that are not fixed. */
enum value {
    FIXED,
    RANK,
    SIZE,
    LOCAL_RANK,
    LOCAL_SIZE,
    GROUP,
    GROUPS,
    HOST,
    PORT,
    ENDPOINT,
    JOB,
    ATTEMPT,
    GENERATION,
    RESTARTS,
    REPAIRS
};

struct row {
    const char *name;
    enum value value;
    const char *fixed;
    bool yields;  /* to a word that is inherited */
    bool crowded; /* said only where several processes share a machine */
};

static const struct row rows[] = {
    {.name = "RANK", RANK},
    {.name = "LOCAL_RANK", LOCAL_RANK},
    {.name = "WORLD_SIZE", SIZE},
    {.name = "LOCAL_WORLD_SIZE", LOCAL_SIZE},
    {.name = "GROUP_RANK", GROUP},
    {.name = "GROUP_WORLD_SIZE", GROUPS},
    {.name = "NODE_RANK", GROUP},
    {.name = "ROLE_NAME", .fixed = "default"},
    {.name = "ROLE_RANK", RANK},
    {.name = "ROLE_WORLD_SIZE", SIZE},
    {.name = "MASTER_ADDR", HOST},
    {.name = "MASTER_PORT", PORT},
    {.name = "TORCHELASTIC_RESTART_COUNT", RESTARTS},
    {.name = "TORCHELASTIC_MAX_RESTARTS", REPAIRS},
    {.name = "TORCHELASTIC_RUN_ID", JOB},
    {.name = "TORCHELASTIC_USE_AGENT_STORE", .fixed = "False"},
    {.name = "TORCH_NCCL_ASYNC_ERROR_HANDLING", .fixed = "1", .yields = true},
    {.name = "OMP_NUM_THREADS", .fixed = "1", .yields = true, .crowded = true},
    {.name = "PET_NNODES", GROUPS},
    {.name = "PET_NODE_RANK", GROUP},
    {.name = "PET_NPROC_PER_NODE", LOCAL_SIZE, .yields = true},
    {.name = "PET_MASTER_ADDR", HOST},
    {.name = "PET_MASTER_PORT", PORT},
    {.name = "PET_RDZV_BACKEND", .fixed = "static"},
    {.name = "PET_RDZV_ENDPOINT", ENDPOINT},
    {.name = "PET_RDZV_ID", JOB},
    /* A restart of its own would go unnoticed by the other replicas. */
    {.name = "PET_MAX_RESTARTS", .fixed = "0", .yields = true},
    {.name = "MUSTER_JOB", JOB},
    {.name = "MUSTER_ATTEMPT", ATTEMPT},
    {.name = "MUSTER_GENERATION", GENERATION},
};

uint32_t torchrun_rank(const struct torchrun_place *place)
{
    return place->group * place->local_size + place->local_rank;
}

static uint64_t number_of(const struct torchrun_place *place, enum value value)
{
    switch (value) {
    case RANK:
        return torchrun_rank(place);
    case SIZE:
        return (uint64_t)place->groups * place->local_size;
    case LOCAL_RANK:
        return place->local_rank;
    case LOCAL_SIZE:
        return place->local_size;
    case GROUP:
        return place->group;
    case GROUPS:
        return place->groups;
    case PORT:
        return place->port;
    case ATTEMPT:
        return place->attempt;
    case GENERATION:
        return place->generation;
    case RESTARTS:
        return place->generation - 1;
    case REPAIRS:
        return place->repairs;
    default:
        return 0;
    }
}

static void word_add(const struct torchrun_place *place, const struct row *row, struct text *words)
{
    bool six = strchr(place->master, ':') != NULL;

    switch (row->value) {
    case FIXED:
        text_word(words, "%s=%s", row->name, row->fixed);
        break;
    case HOST:
        text_word(words, "%s=%s", row->name, place->master);
        break;
    case ENDPOINT:
        text_word(words,
                  six ? "%s=[%s]:%" PRIu32 : "%s=%s:%" PRIu32,
                  row->name,
                  place->master,
                  place->port);
        break;
    case JOB:
        text_word(words, "%s=%s", row->name, place->job);
        break;
    default:
        text_word(words, "%s=%" PRIu64, row->name, number_of(place, row->value));
        break;
    }
}

void torchrun_words(const struct torchrun_place *place, struct text *words)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].yields && environment_has(place->inherited, rows[i].name))
            continue;
        if (rows[i].crowded && place->local_size == 1)
            continue;
        word_add(place, &rows[i], words);
    }
}
