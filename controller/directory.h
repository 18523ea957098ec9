/* directory - the Directory service of one attempt of a job: agents enrol, the lead reports, the
 * witness votes.
 *
 * Nothing of a running job depends on it; what it holds is made anew from enrolments and reports.
 */
#ifndef CONTROLLER_DIRECTORY_H
#define CONTROLLER_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

/* What is served. Texts, facts and context must outlive the directory. */
struct directory_settings {
    const char *listen; /* numeric "host:port"; port 0 = the kernel's choice */
    const char *secret;
    const char *job; /* uid */
    uint32_t attempt;
    const Muster__JobFacts *facts;
    /* A lead has reported; incidents in it are taken with this. */
    void (*reported)(void *context, const Muster__Report *report);
    void *context;
};

struct directory;

/* Begins to serve. Returns NULL when it cannot listen. */
struct directory *directory_open(struct rpc *rpc,
                                 const struct directory_settings *settings,
                                 struct error *error);

/* Stops and forgets everything. NULL is allowed. */
void directory_close(struct directory *directory);

int directory_port(const struct directory *directory);

/* Whoever enrolled for the slot last is gone for good. */
void directory_gone(struct directory *directory, uint32_t slot);

/* The next answers to the lead ask it to save and stop. */
void directory_drain(struct directory *directory);

/* Whether the newest view can never be followed by another, so that only a new attempt helps. */
bool directory_quorum_lost(const struct directory *directory);

/* Whether an agent has enrolled for the slot and is not gone. */
bool directory_there(const struct directory *directory, uint32_t slot);

#endif
