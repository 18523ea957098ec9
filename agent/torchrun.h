/* torchrun - what a process finds in its environment when torchrun starts it. Pure.
 *
 * The names and meanings are those of torch.distributed.elastic (docs.pytorch.org/docs/stable/
 * elastic/run.html, "Environment Variables"), on which PyTorch and most trainers rely; NODE_RANK is
 * Lightning's word for GROUP_RANK. Words that begin with PET_ are what torchrun itself reads in the
 * place of its options: a command may be torchrun, once a replica, and its processes then meet
 * where Muster says. */
#ifndef AGENT_TORCHRUN_H
#define AGENT_TORCHRUN_H

#include <stdint.h>

#include "base/text.h"

#define TORCHRUN_PORT 29500 /* where a trainer is met when no free port was found */

/* The place of a process in its generation. */
struct torchrun_place {
    const char *job;
    uint32_t attempt;
    uint64_t generation; /* from 1 */
    uint32_t group;      /* the agent's place among `groups` */
    uint32_t groups;
    uint32_t local_rank; /* of `local_size` */
    uint32_t local_size;
    uint32_t repairs;       /* that are allowed */
    const char *master;     /* host of the agent of rank 0, as a number without brackets */
    uint32_t port;          /* there */
    char *const *inherited; /* words that the process inherits, ended by NULL */
};

/* Adds the words. TORCHELASTIC_RESTART_COUNT is the generation less one: it grows with every
 * restart, is the same for all, and is 0 in a job that nothing has disturbed. What a user may
 * choose is left out when it is inherited: OMP_NUM_THREADS (which is said, as torchrun does, only
 * where several processes share a machine), TORCH_NCCL_ASYNC_ERROR_HANDLING, PET_NPROC_PER_NODE and
 * PET_MAX_RESTARTS. */
void torchrun_words(const struct torchrun_place *place, struct text *words);

/* The rank of the process among those of all agents. */
uint32_t torchrun_rank(const struct torchrun_place *place);

#endif
