/* witness_record - what the witness of an attempt has promised and recorded. Pure.
 *
 * It is all that the witness must not forget, so it is small and has a form in JSON: 24 characters
 * a member, twice; with 1024 members below 50 kB. Of a view only who is in it is kept. */
#ifndef CONTROLLER_WITNESS_RECORD_H
#define CONTROLLER_WITNESS_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/text.h"

#define WITNESS_RECORD_LIFE    16
#define WITNESS_RECORD_MEMBERS 1024 /* most of a view; their slots are lower */

struct cJSON;

struct witness_member {
    uint32_t slot;
    uint8_t life[WITNESS_RECORD_LIFE];
};

struct witness_view {
    uint64_t generation;
    uint32_t count;
    struct witness_member *members;
};

/* Zero-initialise for a new attempt. */
struct witness_record {
    bool unreadable;   /* what was kept cannot be understood: nothing may be promised any more */
    uint64_t promised; /* a number; 0 = none */
    uint8_t candidate[WITNESS_RECORD_LIFE]; /* incarnation that `promised` is bound to */
    struct witness_view base;
    struct witness_view next; /* recorded to follow `base` */
    uint64_t next_number;     /* under this number; 0 = nothing */
};

/* Makes `to`, new, a copy. */
void witness_record_copy(struct witness_record *to, const struct witness_record *from);

void witness_record_done(struct witness_record *record);

CLEANUP_DEFINE(witness_record, struct witness_record, witness_record_done)

bool witness_record_equal(const struct witness_record *a, const struct witness_record *b);
bool witness_view_equal(const struct witness_view *a, const struct witness_view *b);

/* Releases the members; the view is view 0 then. */
void witness_view_done(struct witness_view *view);

/* Adds the record as a JSON object, or nothing when there is nothing in it. What is not there is
 * null, so that it is taken away by a merge patch. Numbers are texts: they have 64 bits. */
void witness_record_print(const struct witness_record *record, struct text *out);

/* Reads the object into a new record; NULL = nothing was kept. Anything but what was printed makes
 * it unreadable: a vote that was forgotten could be given twice. */
void witness_record_read(const struct cJSON *json, struct witness_record *record);

#endif
