/* member_private - what the two files of the member machine share. Nobody else includes it. */
#ifndef AGENT_MEMBER_PRIVATE_H
#define AGENT_MEMBER_PRIVATE_H

#include "agent/member.h"

#define MEMBER_NEVER INT64_MAX

/* Learns a decided view. What was recorded about an older one is of no use any more. */
void member_learn(struct member *member, const struct view *decided);

/* Tells the lead of a final fault, when there was one. */
void member_tell_verdict(const struct member *member, struct effects *effects);

/* member_leave.c: tells the lead that this agent is to leave, if it is. */
void member_tell_leaving(const struct member *member, int64_t now, struct effects *effects);

/* member_leave.c: leaves, while the job goes on. */
void member_go_away(struct member *member, struct effects *effects);

/* member_leave.c: an agent that leaves has lost its lead. */
void member_unled(struct member *member, int64_t now, struct effects *effects);

/* Handlers of the table. */
#define MEMBER_HANDLER(name)                                                                       \
    void name(struct member *member,                                                               \
              const struct member_event *event,                                                    \
              int64_t now,                                                                         \
              struct effects *effects)

MEMBER_HANDLER(member_lost);
MEMBER_HANDLER(member_refused);
MEMBER_HANDLER(member_late);
MEMBER_HANDLER(member_stand);
MEMBER_HANDLER(member_enroll_again);
MEMBER_HANDLER(member_enrolled);
MEMBER_HANDLER(member_learned);
MEMBER_HANDLER(member_drain);
MEMBER_HANDLER(member_lead_leaves);

#endif
