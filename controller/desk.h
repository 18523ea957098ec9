/* desk - what the Directory service holds of one attempt of a job, and what it answers. */
#ifndef CONTROLLER_DESK_H
#define CONTROLLER_DESK_H

#include "base/loop.h"
#include "controller/directory.h"
#include "controller/enrolment.h"
#include "controller/visitor.h"
#include "controller/votes.h"

struct desk {
    struct desk_settings settings;
    struct directory *directory;
    struct loop *loop;
    struct enrolment enrolment;
    struct votes votes;
    struct visitor *visitors; /* whose questions are not answered yet */
    struct timer hold;
    Muster__View *decided; /* the newest that was reported, or NULL */
    bool drain;
};

/* Begins and ends what is held. */
void desk_init(struct desk *desk, struct loop *loop, const struct desk_settings *settings);
void desk_done(struct desk *desk);

/* Takes in an agent whose question is to be answered, now or later. */
void desk_enroll(struct desk *desk, struct visitor *visitor);

/* Takes a report and answers the call. */
void desk_report(struct desk *desk, struct rpc_call *call, const Muster__Report *report);

/* Whether an agent in a message can be taken in. */
bool desk_accepts(const Muster__Agent *agent);

#endif
