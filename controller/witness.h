/* witness - the vote that the directory holds in each attempt of a job. Pure.
 *
 * It is an elector of every view with an even number of members, view 0 among them. It keeps an
 * elector's rules: a number is promised to one candidate incarnation, nothing lower is answered
 * after, and what was recorded about a base is told to whoever asks later. It takes a newer base
 * from a candidate and records nothing about an older one. Views are carried, not understood. */
#ifndef CONTROLLER_WITNESS_H
#define CONTROLLER_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/muster.pb-c.h"

#define WITNESS_LIFE 16

/* A view as it came: its generation and its packed bytes. */
struct witness_view {
    uint64_t generation;
    uint8_t *packed;
    size_t size;
};

/* Zero-initialise for a new attempt. */
struct witness {
    uint64_t promised;
    uint8_t candidate[WITNESS_LIFE]; /* incarnation that `promised` is bound to */
    struct witness_view base;
    struct witness_view next; /* recorded to follow `base` */
    uint64_t next_number;     /* under this number; 0 = nothing */
};

/* Takes one request and fills `reply`, an initialised message, with the answer; what is put into it
 * is freed with it. Returns 0, or 1 when the request is malformed and nothing was done. */
int witness_step(struct witness *witness,
                 const Muster__WitnessRequest *request,
                 Muster__WitnessReply *reply);

void witness_done(struct witness *witness);

#endif
