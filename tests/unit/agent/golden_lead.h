/* golden_lead - the lead machine, told by scripts of tests/golden/lead/. */
#ifndef AGENT_GOLDEN_LEAD_H
#define AGENT_GOLDEN_LEAD_H

#include "agent/lead.h"
#include "golden.h"

struct golden_lead {
    struct lead lead;
    struct codec_message message;
    struct view view;
    struct view roster;
    bool reached[LEAD_STATES][LEAD_EVENTS]; /* cells that a script has looked at */
};

/* The scene of the lead of slot 0. Events:
 *
 *   job replicas=3 slots=4 ranks=1 ranks-budget=2 pods-budget=2   makes the machine for that job
 *   stand view=V roster=V number=N lost=0a since=50ms
 *   hello 1a                         promise 1a 1 base=V next=V under=N committed=7 begun=8
 *   refuse 1a 7 lead=2a              ready 1a 1 blobs=x,y        recorded 1a 1
 *   fault 1a 1 cause=... age=3ms     done 1a 1 outcome=... text=...
 *   witnessed promise - 1 base=V     or recorded, or refuse; nothing behind it = no answer
 *   learned base=V                   lost 1a                     yield 1a
 *   stepped restored=50ms stepped=60ms                           fenced text=...
 *   timer
 */
struct golden_scene golden_lead_scene(struct golden_lead *lead);

/* The word of an event, "promise". */
const char *golden_lead_word(enum lead_event_kind kind);

/* Adds the state of the machine as one line behind "> = ". Of a peer: p = promised, s = its ranks
 * are set, r = recorded, d = done, lost, unfit. */
void golden_lead_add(struct text *out, const struct lead *lead);

/* Releases what the machine holds. */
void golden_lead_done(struct golden_lead *lead);

#endif
