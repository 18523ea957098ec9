/* happening - something that happens to a slot and ends, three times in one run: training goes on
 * with the spare meanwhile, and ends in the weights of a run that nothing disturbs. What stood
 * still or was cut off comes back while the others train, and adds nothing to that. */
#ifndef NODES_HAPPENING_H
#define NODES_HAPPENING_H

#include "scene.h"

struct happening {
    void (*strike)(struct scene *scene, uint32_t slot);
    void (*mend)(struct scene *scene, uint32_t slot); /* NULL = it mends itself */
    bool lost;    /* a generation ends by it; else it would go unnoticed */
    bool once;    /* only while a killed rank is repaired */
    int64_t pace; /* as of a scene_job; more where ranks train on until it is noticed */
};

/* Plays it: to a member, to the lead, and to a member while a killed rank is repaired. */
void happening_play(const struct happening *happening);

/* Ends whatever is lost in the network. */
void happening_heal(struct scene *scene, uint32_t slot);

#endif
