/* enrolment - who of an attempt is there, and whom a newcomer is to follow. Pure. */
#ifndef CONTROLLER_ENROLMENT_H
#define CONTROLLER_ENROLMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENROLMENT_SLOTS   1024
#define ENROLMENT_LIFE    16
#define ENROLMENT_ADDRESS 80
#define ENROLMENT_NODE    254

/* One incarnation of the agent of a slot, with where it is. */
struct enrolled {
    bool there;
    bool known; /* something was heard of the slot: an agent enrolled, or is gone */
    bool heard; /* from others only: what is heard later counts more */
    uint8_t life[ENROLMENT_LIFE];
    char address[ENROLMENT_ADDRESS];
    char node[ENROLMENT_NODE];
    uint32_t ranks;
};

/* A member of a view. */
struct enrolment_member {
    uint32_t slot;
    uint8_t life[ENROLMENT_LIFE];
};

/* An attempt. */
struct enrolment {
    uint32_t replicas; /* members of a view */
    uint32_t slot_count;
    struct enrolled *slots; /* the newest incarnation of each */
    bool begun;             /* the agent of slot `first` is to form the first view */
    uint32_t first;
    bool led; /* the lead below is there */
    uint32_t lead_slot;
    uint8_t lead_life[ENROLMENT_LIFE];
    struct {
        uint64_t generation;
        uint32_t count;
        struct enrolment_member *members; /* room for `replicas` */
    } view; /* the newest decided one that was reported; generation 0 = none */
};

/* Begins an attempt of `replicas` and so many spares, at most ENROLMENT_SLOTS slots together.
 * enrolment_done is owed. */
void enrolment_init(struct enrolment *enrolment, uint32_t replicas, uint32_t spares);
void enrolment_done(struct enrolment *enrolment);

enum enrolment_answer {
    ENROLMENT_WAIT,   /* too few are there yet, or nobody leads just now */
    ENROLMENT_FOLLOW, /* the lead is `lead_slot` */
    ENROLMENT_STAND   /* the asker is to form the first view */
};

/* Takes an agent in. Returns 0, or 1 when the slot is out of range. */
int enrolment_enroll(struct enrolment *enrolment, uint32_t slot, const struct enrolled *agent);

/* Takes in a lead that reports, or a member of a reported view that is not older than the known
 * one: a directory that has just been started hears of those who are at work only so. Where an
 * agent of the slot has enrolled, or is gone, that counts; a slot out of range is passed over. */
void enrolment_learn(struct enrolment *enrolment, uint32_t slot, const struct enrolled *agent);

/* What the agent of a slot is to be told. As soon as any `replicas` agents are there, the one of
 * the lowest slot forms the first view, until it is gone, whoever comes later. `lead` receives the
 * lead's slot, except for WAIT. */
enum enrolment_answer enrolment_answer(const struct enrolment *enrolment,
                                       uint32_t slot,
                                       uint32_t *lead);

/* A lead has reported. A report about an older view than the known one does not change it. */
void enrolment_led(struct enrolment *enrolment, uint32_t slot, const uint8_t *life);

/* Whether a reported view of that generation is news. */
bool enrolment_view_is_new(const struct enrolment *enrolment, uint64_t generation);

/* Takes a view that is news, empty so far, and its members one by one. A member of a slot that the
 * job has not, or one more than it has replicas, is passed over. */
void enrolment_view_begin(struct enrolment *enrolment, uint64_t generation);
void enrolment_view_add(struct enrolment *enrolment, uint32_t slot, const uint8_t *life);

/* That incarnation is gone for good (NULL = whichever is there). */
void enrolment_gone(struct enrolment *enrolment, uint32_t slot, const uint8_t *life);

/* Whether more than half of the members of the newest view are gone, so that even with the witness
 * no majority of its electors can ever be found again and only a new attempt helps. */
bool enrolment_quorum_lost(const struct enrolment *enrolment);

#endif
