/* scene - `muster run` with its directory and every slot on a machine of its own, things that
 * happen to them, and what must come of it: the weights of a run that nothing disturbs. */
#ifndef NODES_SCENE_H
#define NODES_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fabric.h"

#define SCENE_SLOTS     4
#define SCENE_DIRECTORY SCENE_SLOTS /* the machine of `muster run`, behind those of the slots */

struct scene {
    const char *directory; /* where the job, its data and what it leaves are; NULL = not begun */
    struct fabric fabric;
    uint64_t weights;
    double steps;
    uint64_t random;
    int runs;
    pid_t process; /* of the run; 0 = none */
    uint32_t slots;
    int metrics; /* port of slot 0 */
};

/* What runs. */
struct scene_job {
    uint32_t replicas;
    uint32_t spares;
    const char *checkpoints; /* NULL = a directory of its own */
    bool clocks;             /* every slot has its own time since boot */
    int64_t pace;            /* nanoseconds that a packet takes; 0 = 1 ms */
};

enum scene_part { SCENE_KEEPER, SCENE_AGENT, SCENE_RANK };

/* The scene of all tests; the first call makes it and has the job run undisturbed. */
struct scene *scene_open(void);

/* Starts the job and waits until it trains. */
void scene_begin(struct scene *scene, const struct scene_job *job);

/* Heals the network and waits for the run: it must end well, with the weights and the steps of the
 * one that nothing disturbed, and leave no process. */
void scene_end(struct scene *scene);

/* Heals the network and waits for the run. Returns its exit code; nothing of it may live. */
int scene_over(struct scene *scene);

/* Waits for the run. Returns its exit code. Others may live. */
int scene_code(struct scene *scene);

/* Whether `muster run` has said that. */
bool scene_said(const struct scene *scene, const char *text);
void scene_until(const struct scene *scene, const char *text);

/* A metric of the agent of a slot, by its name with labels. NaN when it does not answer. */
double scene_metric(const struct scene *scene, uint32_t slot, const char *name);

/* The newest step that any rank has committed. */
double scene_step(const struct scene *scene);

/* The newest generation that any agent knows of, and waiting for a newer one than that. */
double scene_generation(const struct scene *scene);
void scene_forms(const struct scene *scene, double generation);

/* Waits until `count` more steps were committed. */
void scene_trains(const struct scene *scene, int count);

/* Waits until the job has committed that step. */
void scene_reaches(const struct scene *scene, double step);

/* Waits until one agent leads. Returns its slot. */
uint32_t scene_lead(const struct scene *scene);

/* Waits until a slot other than `besides` trains that does not lead. Returns it. */
uint32_t scene_member(const struct scene *scene, uint32_t besides);

/* Signals a process of a slot, or all of them: to be called when they are there. */
void scene_signal(const struct scene *scene, uint32_t slot, enum scene_part part, int signal);
void scene_signal_slot(const struct scene *scene, uint32_t slot, int signal);

/* Signals the run and every slot. */
void scene_signal_all(const struct scene *scene, int signal);

/* For how many seconds the machine of a slot says to be up. */
double scene_uptime(const struct scene *scene, uint32_t slot);

#endif
