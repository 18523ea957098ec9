/* golden_member - the member machine, told by scripts of tests/golden/member/. */
#ifndef AGENT_GOLDEN_MEMBER_H
#define AGENT_GOLDEN_MEMBER_H

#include "agent/member.h"
#include "golden.h"

struct golden_member {
    struct member member;
    struct codec_message message;
    bool reached[MEMBER_STATES][MEMBER_EVENTS]; /* cells that a script has looked at */
};

/* The scene of a member. Events:
 *
 *   self 1a                        makes the machine that incarnation
 *   enrolled 0a | enrolled stand   learned base=V
 *   prepare 0a 5 base=V            assign 0a 5 base=V view=V      record 0a 5 base=V view=V
 *   go 0a 5 committed=7 blobs=x    out 0a 5 base=V                finish 0a 0 outcome=... text=...
 *   refused 0a 5 lead=2a           hello 2a
 *   quiet committed=7 begun=8      set - 5 blobs=x                done outcome=... text=...
 *   fault cause=RankKilled ...     lost 0a                        timer
 */
struct golden_scene golden_member_scene(struct golden_member *member);

/* Adds the state of the machine as one line behind "> = ". */
void golden_member_add(struct text *out, const struct member *member);

/* The word of an event, "prepare". */
const char *golden_member_word(enum member_event_kind kind);

#endif
