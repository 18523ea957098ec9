/* fault_class - what kind of thing has failed, which says whom to ask. Pure.
 *
 * A cause (cause.h) says what was seen; its class says where the fault lies. */
#ifndef WIRE_FAULT_CLASS_H
#define WIRE_FAULT_CLASS_H

#include <stdint.h>

#include "wire/cause.h"

/* Numbers are part of the wire: classes are only added at the end. */
enum fault_class {
    FAULT_CLASS_UNKNOWN,
    FAULT_CLASS_USER_CODE,    /* the trainer ended with an exit code of its own */
    FAULT_CLASS_RANK_CRASH,   /* the process died of a signal that it caused itself */
    FAULT_CLASS_COMMUNICATOR, /* a peer could not be reached, and every process lives */
    FAULT_CLASS_HOST,         /* killed from outside, or pod, node or its network are gone */
    FAULT_CLASS_HANG,
    FAULT_CLASS_SLOW,
    FAULT_CLASS_DATA, /* bad spec or data */
    FAULT_CLASS_MEMORY,
    FAULT_CLASS_PLANNED,  /* nothing has: an agent is to leave, or agents have come back */
    FAULT_CLASS_GPU_SOFT, /* of an accelerator, gone with the process */
    FAULT_CLASS_GPU_HARD, /* of an accelerator, not gone with the process */
    FAULT_CLASS_FABRIC,   /* of what joins the accelerators of a node */
    FAULT_CLASSES
};

/* The name of a class, "UserCode"; "" for FAULT_CLASS_UNKNOWN and for a number that is none. */
const char *fault_class_name(uint32_t class);

/* The class that a cause has where nothing more is known. */
enum fault_class fault_class_of(enum cause cause);

#endif
