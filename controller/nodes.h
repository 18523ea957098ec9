/* nodes - whether a node is lost: asked of the API server when a lead misses agents there, and only
 * then. */
#ifndef CONTROLLER_NODES_H
#define CONTROLLER_NODES_H

#include <stdbool.h>

struct cJSON;
struct controller;

/* Whether the node is known to be lost. What is not known, or was last asked some time ago, is
 * asked now; who has asked is decided about again when the answer is news. */
bool nodes_lost(struct controller *controller, const char *name);

/* Forgets all. */
void nodes_close(struct controller *controller);

/* Whether a Node is lost: it is not Ready, or was said to be out of service. NULL is a node that is
 * not there, and so is lost. Pure. */
bool nodes_read(const struct cJSON *node);

#endif
