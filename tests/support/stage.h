/* stage - a world in memory: the ranks of a training are threads of a test, which meet in
 * generations, can lose each other at any operation, and can die and come back empty. */
#ifndef SUPPORT_STAGE_H
#define SUPPORT_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/hub.h"
#include "trainer/world.h"

#define STAGE_SEATS 8

/* What goes wrong in one generation. */
struct stage_fault {
    struct hub_fault hub;
    bool deadly; /* the rank it hits dies: its life ends when it tries to join again */
};

struct stage_script {
    int ranks;
    const struct stage_fault *faults; /* one a generation, from the first */
    size_t fault_count;
    int64_t drain;     /* seat 0 wishes to stop once it has committed so many steps; 0 = never */
    int64_t hand_over; /* the same, to hand over: then all are called back, once */
};

/* What the stage saw. */
struct stage_record {
    uint64_t generations;
    int deaths;
    int64_t saved; /* newest durable step */
    int saves_failed;
    bool save_failing; /* the newest save failed */
};

struct stage;

struct stage *stage_new(const struct stage_script *script);
void stage_free(struct stage *stage);

/* A new life in a seat: a world, freed through its table before the seat is taken again. */
struct world *stage_world(struct stage *stage, int seat);

/* Whether the life that ended in `seat` was to be followed by another. */
bool stage_died(struct stage *stage, int seat);

struct stage_record stage_record(struct stage *stage);

#endif
