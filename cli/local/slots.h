/* slots - the pods of a local job: one process group each, with a keeper in front. */
#ifndef CLI_SLOTS_H
#define CLI_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/text.h"

/* How slots are started. Texts must outlive them. */
struct slots_settings {
    uint32_t count;
    uint32_t ranks; /* of each */
    const char *job;
    const char *agent;          /* path of muster-agent */
    const struct text *command; /* of a rank, as a list of words */
    const char *secret_file;
    const char *trust_file; /* whom agents are to believe */
    const char *directory;  /* address of the Directory service */
    const char *work;       /* working directory of the ranks */
    const char *logs;       /* directory of slot-N.log and verdict-N */
    const char *log_level;
    int64_t metrics_port;     /* of slot 0, the others above it; 0 = none */
    const char *health_probe; /* of the agents; NULL = none */
    uint32_t attempt;
    /* A slot has ended with this wait status; it is started again when this returns true. */
    bool (*ended)(void *context, uint32_t slot, int status);
    void *context;
};

struct slots;

/* Starts every slot. What a slot leaves behind becomes this program's child and is ended; it is to
 * have no other children with a process group of their own. Returns NULL when a slot cannot be
 * started; then none is left. */
struct slots *slots_open(struct loop *loop,
                         const struct slots_settings *settings,
                         struct error *error);

/* Kills what lives, reaps it and forgets the slots. NULL is allowed. */
void slots_close(struct slots *slots);

/* How many slots live. */
uint32_t slots_alive(const struct slots *slots);

/* Once the slot has ended, it is not started again before that time of clock_now. */
void slots_hold(struct slots *slots, uint32_t slot, int64_t until);

/* Each sends a signal. Returns 0, or 1 when there is no such process. */
int slots_signal(struct slots *slots, uint32_t slot, int signal); /* keeper, agent, ranks */
int slots_signal_keeper(struct slots *slots, uint32_t slot, int signal);
int slots_signal_agent(struct slots *slots, uint32_t slot, int signal); /* the agent proper */
int slots_signal_rank(struct slots *slots, uint32_t slot, uint32_t local_rank, int signal);

#endif
