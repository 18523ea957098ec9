/* witness - the vote that the directory holds in each attempt of a job. Pure.
 *
 * It is an elector of every view with an even number of members, view 0 among them. It keeps an
 * elector's rules: a number is promised to one candidate incarnation, nothing lower is answered
 * after, and what was recorded about a base is told to whoever asks later. It takes a newer base
 * from a candidate and records nothing about an older one. What is to be promised or recorded is
 * kept by somebody else first, and answered after that. */
#ifndef CONTROLLER_WITNESS_H
#define CONTROLLER_WITNESS_H

#include "controller/witness_record.h"
#include "wire/muster.pb-c.h"

enum witness_outcome {
    WITNESS_ANSWER,    /* `reply` is the answer */
    WITNESS_KEEP,      /* `after` must be kept; then the same request has an answer */
    WITNESS_MALFORMED, /* the request is; there is no answer */
    WITNESS_UNABLE     /* what is kept is unreadable; there is no answer */
};

/* Decides about one request, given what is kept. Only what the outcome names is filled: `reply`, an
 * initialised message, with what is freed with it; `after`, a new record that witness_record_done
 * releases. An answer may be given by one who knows an old state: it is like one that came late. */
enum witness_outcome witness_decide(const struct witness_record *kept,
                                    const Muster__WitnessRequest *request,
                                    struct witness_record *after,
                                    Muster__WitnessReply *reply);

#endif
