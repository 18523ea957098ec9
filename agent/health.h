/* health - what a probe says of the accelerators of a pod, and what follows from it. Pure.
 *
 * A probe is any program that writes a line of JSON for each event:
 *   {"gpu": 0, "xid": 79, "text": "GPU has fallen off the bus"}
 *   {"gpu": "GPU-b850f46d-d5ea-c752-ddf3-c4453e44d3f7", "recovery": "reset"}
 * "gpu" is its index in the pod or its uuid; "xid" is the driver's number of an error, "recovery"
 * what the driver (NVML) asks for: none, reset, reboot, drain or drain-and-reset; at least one of
 * the two is there. Other keys are passed over. */
#ifndef AGENT_HEALTH_H
#define AGENT_HEALTH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define HEALTH_LINE 4000 /* most bytes of a line */
#define HEALTH_UUID 96   /* most bytes of a uuid, with its zero byte */
#define HEALTH_TEXT 160  /* of a text, with its zero byte; it is cut */

/* What is to be done; worse ones are higher. */
enum health_action {
    HEALTH_NONE,
    HEALTH_WARN,   /* say so */
    HEALTH_SOFT,   /* the process that uses it has lost it: respawn the rank */
    HEALTH_FABRIC, /* what joins them is broken: respawn all ranks of the pod, and if that does not
                    * help, give the pod up */
    HEALTH_HARD,   /* the device is of no use any more: give the pod up */
    HEALTH_ACTIONS
};

struct health_event {
    int32_t gpu;            /* -1 = `uuid` says which */
    char uuid[HEALTH_UUID]; /* "" = `gpu` says which */
    int64_t xid;            /* -1 = there is none */
    enum health_action action;
    char text[HEALTH_TEXT];
};

/* What an error of this number asks for. Numbers that are not known ask for a warning. */
enum health_action health_xid(int64_t xid);

/* Reads a line without its end. Returns 0, or -1 when it is not such an event. */
int health_read(const char *line, size_t size, struct health_event *event, struct error *error);

/* The index of a uuid in a list like "GPU-a,GPU-b", as NVIDIA_VISIBLE_DEVICES has it; -1 when it is
 * not there. `list` may be NULL. */
int32_t health_index(const char *list, const char *uuid);

#endif
