/* lead - the machine that forms generations; asleep in every agent, awake in one. Pure.
 *
 * A candidate gathers promises under a number of its own, settles what an earlier candidate may
 * have left, chooses the members, has their ranks get ready, has the electors of the base record
 * the new view, and only then says go. Any fault takes it back to gathering under a higher number.
 */
#ifndef AGENT_LEAD_H
#define AGENT_LEAD_H

#include "agent/book.h"
#include "agent/budget.h"
#include "agent/effects.h"
#include "agent/incident.h"
#include "agent/message.h"
#include "agent/repeat.h"
#include "agent/view.h"

#define LEAD_RESULT 4096

enum lead_state {
    LEAD_ASLEEP, /* somebody else leads, or nobody */
    LEAD_GATHER, /* prepare is sent; waits for promises, then for the missing slots */
    LEAD_FORM,   /* assign is sent; waits for ready */
    LEAD_RECORD, /* record is sent; waits for a majority */
    LEAD_RUN,
    LEAD_ENDED, /* the job is over */
    LEAD_STATES
};

enum lead_event_kind {
    LEAD_STAND, /* view = the base; roster = whom to ask; number = highest seen; identity, since:
                 * the lead that was lost; left = it said that it leaves */
    LEAD_HELLO, /* message; and so on to DONE */
    LEAD_PROMISE,
    LEAD_REFUSE,
    LEAD_READY,
    LEAD_RECORDED,
    LEAD_FAULT,
    LEAD_LEAVE,
    LEAD_DONE,
    LEAD_WITNESSED, /* message: the witness's PROMISE, RECORDED or REFUSE; NULL = no answer */
    LEAD_LEARNED,   /* message.decided: the directory knows of this decided view */
    LEAD_LOST,      /* identity: the session to it has ended; silent = because nothing was heard */
    LEAD_HUNG,      /* text; identity, local_rank: who holds the others up; nobody = all hang */
    LEAD_STEPPED,   /* restored, stepped: times of the first step of the generation */
    LEAD_FENCED,    /* text: the attempt is over, a later one has begun */
    LEAD_DRAIN,     /* the job is to save and stop */
    LEAD_YIELD,     /* the own member follows identity */
    LEAD_TIMER,
    LEAD_EVENTS
};

struct lead_event {
    enum lead_event_kind kind;
    struct identity identity;
    bool silent;
    bool left;
    const struct message *message;
    const struct view *view;
    const struct view *roster;
    uint64_t number;
    uint32_t local_rank;
    int64_t since;
    int64_t restored;
    int64_t stepped;
    const char *text;
};

/* What the job asks for. Times in nanoseconds. */
struct lead_settings {
    uint32_t replicas; /* members of a view that lacks nobody */
    /* Smaller numbers of members that a view may have as well, rising. */
    uint16_t sizes[VIEW_MEMBERS];
    uint32_t size_count;
    uint32_t slots;  /* replicas and spares */
    uint32_t ranks;  /* of each agent */
    bool foreign;    /* ranks do not say how far they are */
    int64_t start;   /* for ranks to get ready */
    int64_t answer;  /* for an agent, or the witness, to answer */
    int64_t replace; /* that a lost member is waited for, where a view may be smaller */
    int64_t settle;  /* that a larger view must have been possible before one is formed */
    uint32_t rank_budget;
    int64_t rank_window;
    uint32_t pod_budget;
    int64_t pod_window;
};

/* How far members that leave are from being gone, while a generation runs. */
enum lead_parting {
    LEAD_TOGETHER,       /* nobody leaves */
    LEAD_GATHERS_LEAVES, /* somebody does, and others may */
    LEAD_HANDS_OVER      /* all ranks were asked to agree on a last step of the generation */
};

/* What the lead knows of the agent of a slot. */
struct lead_peer {
    struct identity id; /* unknown = never heard of */
    bool lost;
    bool leaving;     /* its pod is to end */
    int64_t leave_by; /* and when */
    enum cause unfit; /* it can never get ready, for this reason; CAUSE_NONE = it can */
    bool promised;
    bool ready;
    bool recorded;
    bool done;
    int64_t committed;
    int64_t begun;
};

struct lead {
    struct identity self;
    struct lead_settings settings;
    const struct book *book; /* where agents are, for incidents; NULL = nobody knows */
    enum lead_state state;
    uint64_t number;
    uint64_t seen;
    struct view base;     /* newest decided view known */
    struct view next;     /* what a promise says may follow it */
    uint64_t next_number; /* under this number; 0 = nothing */
    struct view view;     /* assigned, or adopted */
    bool adopting;
    int64_t answer_due;  /* when those who have not answered are taken for lost */
    int64_t short_since; /* since when too few are there for a view as large as the base; 0 = not */
    struct view spares;  /* that the members were told of */
    struct lead_peer peers[VIEW_MEMBERS]; /* by slot */
    uint32_t peer_count;                  /* highest slot heard of, plus one */
    int64_t larger_since; /* since when those who are there could be a larger view; 0 = not */
    bool witness_asked;
    bool witness_promised;
    bool witness_recorded;
    struct blob *blobs; /* of all ranks of the view */
    uint32_t blob_count;
    int64_t restore; /* committed steps that all are to stand at; -1 = nobody has any */
    int64_t begun;   /* newest step that anybody had begun */
    unsigned outbid;
    int64_t began; /* when the newest generation did */
    struct repeat repeat;
    struct budget rank_budget;
    struct budget pod_budget;
    bool repairing; /* `incident` is open */
    struct incident incident;
    enum lead_parting parting;
    int64_t asked_at; /* when the first of those that leave said so */
    bool stopping;    /* the job is to save and stop */
    enum outcome outcome;
    char result[LEAD_RESULT];
};

/* Begins asleep, without a book. lead_done is owed. */
void lead_init(struct lead *lead,
               const struct identity *self,
               const struct lead_settings *settings);
void lead_done(struct lead *lead);

/* Takes one event at time `now` and adds what is to be done. */
void lead_step(struct lead *lead,
               const struct lead_event *event,
               int64_t now,
               struct effects *effects);

/* Whether the event means something in that state; if not, it is passed over. */
bool lead_hears(enum lead_state state, enum lead_event_kind kind);

/* The first rank of the member at `place` of a view. */
uint32_t lead_rank(const struct lead *lead, uint32_t place);

/* Stores the slots of the job that nobody holds and returns how many there are. */
uint32_t lead_missing(const struct lead *lead, uint32_t slots[VIEW_MEMBERS]);

/* Whether a generation runs that has fewer members than there are replicas. */
bool lead_reduced(const struct lead *lead);

/* The name of a state, "gather". */
const char *lead_state_name(enum lead_state state);

#endif
