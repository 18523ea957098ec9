/* effects - what a machine wants done. Pure: a machine returns them, the loop carries them out.
 *
 * They are carried out in order, before the machine's next step, because the messages in them point
 * into its state. */
#ifndef AGENT_EFFECTS_H
#define AGENT_EFFECTS_H

#include <stddef.h>
#include <stdint.h>

#include "agent/message.h"
#include "agent/view.h"

enum effect_kind {
    EFFECT_SEND,     /* to, message */
    EFFECT_WITNESS,  /* message: ask for the witness's vote */
    EFFECT_CUT,      /* to: end the session, it is taken for lost; to oneself: stop following */
    EFFECT_FOLLOW,   /* to: the own member is to follow this lead */
    EFFECT_TIMER,    /* due: the machine's one timer; CLOCK_NEVER = none */
    EFFECT_ENROLL,   /* due: ask the directory then */
    EFFECT_STAND,    /* become a candidate; to = the lead that was lost, due = when, if one was;
                      * left = it said that it leaves */
    EFFECT_REVOKE,   /* number: local ranks leave all generations below it; answered by QUIET */
    EFFECT_PLACE,    /* number, view: local ranks get ready for this generation */
    EFFECT_START,    /* message (go): local ranks run it */
    EFFECT_KILL,     /* number = local rank, text: it hangs, end it; answered by FAULT */
    EFFECT_DRAIN,    /* number = enum link_drain: local ranks are to agree on a last step */
    EFFECT_FENCE,    /* number: raise the fence of the checkpoint directory before going on */
    EFFECT_INCIDENT, /* the lead's incident is complete */
    EFFECT_LEAVE,    /* outcome, text: let the ranks go and end */
    EFFECT_KINDS
};

struct effect {
    enum effect_kind kind;
    struct identity to;
    struct message message;
    uint64_t number;
    const struct view *view;
    bool left;
    int64_t due;
    enum outcome outcome;
    const char *text;
};

/* Zero-initialise to begin. */
struct effects {
    struct effect *items;
    size_t count;
    size_t capacity;
};

/* Adds an effect and returns it for the rest to be filled in; valid until the next addition. */
struct effect *effects_add(struct effects *effects, enum effect_kind kind);

/* Adds EFFECT_SEND of a message of that kind and number, and returns the message. */
struct message *effects_send(struct effects *effects,
                             const struct identity *to,
                             enum message_kind kind,
                             uint64_t number);

/* Adds EFFECT_TIMER. */
void effects_timer(struct effects *effects, int64_t due);

void effects_done(struct effects *effects);

#endif
