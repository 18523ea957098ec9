/* sim - the real member and lead machines of a whole job under virtual time.
 *
 * A seed decides everything: delays, crashes, broken sessions, dead ranks, absent directory. The
 * same seed plays the same schedule bit for bit. What must hold is checked after every event. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/codec.h"
#include "agent/lead.h"
#include "agent/member.h"
#include "controller/enrolment.h"
#include "controller/witness.h"

#define SIM_NODES       10
#define SIM_MEMBERS     8 /* replicas, at most */
#define SIM_CONTROLLERS 2
#define SIM_BALLOTS     512
#define SIM_STEPS       30 /* of the training */
#define SIM_CURSE       7  /* the step at which a cursed rank dies, again and again */

enum sim_kind {
    SIM_MESSAGE,      /* bytes for the node */
    SIM_LOST,         /* its session to `id` has ended */
    SIM_MEMBER_TIMER, /* number = timer's version */
    SIM_LEAD_TIMER,
    SIM_QUIET, /* its ranks have left */
    SIM_SET,   /* its ranks are ready for `number` */
    SIM_STEP,  /* its ranks may go on in `number` */
    SIM_BREAK, /* its ranks cannot reach a peer in `number` */
    SIM_KILL,  /* its agent ends its ranks, which hang */
    SIM_ENROLL,
    SIM_ENROLLED,  /* number = enum enrolment_answer, id = lead */
    SIM_STAND,     /* its own member stands; id = the lead that was lost */
    SIM_WITNESS,   /* bytes for the witness; id = asker; question */
    SIM_WRITE,     /* of a controller, about such bytes; number = version that it has read */
    SIM_READ,      /* what is kept comes to that controller */
    SIM_WITNESSED, /* the node is answered */
    SIM_REPORT,    /* the node's lead reports */
    SIM_REPORTED,  /* and is answered */
    SIM_HUNG,      /* its lead sees that the ranks of `id`, or all, hang in `number` */
    SIM_HEALED,    /* it hears `id` again, on a new session */
    SIM_RESTART,   /* the node comes back */
    SIM_HEAL,      /* what was cut off is there again */
    SIM_CRASH,     /* the node dies */
    SIM_FREEZE,    /* it stands still */
    SIM_EXPIRE,    /* it was to leave, and its time is over */
    SIM_APART,     /* some nodes are cut off */
    SIM_FAULT,     /* something bad happens */
    SIM_KINDS
};

struct sim_event {
    int64_t at;
    uint64_t order;
    enum sim_kind kind;
    uint32_t node;
    uint64_t life;       /* of the node; another one drops the event */
    uint32_t controller; /* write, read: `life` is its */
    struct identity id;
    uint64_t number;
    uint64_t question; /* witness to witnessed: which one of the asker's */
    bool silent;       /* lost: because nothing was heard */
    struct text bytes;
};

/* The ranks of a node, as one. */
struct sim_ranks {
    uint64_t placed;  /* generation, 0 = in none */
    uint64_t running; /* generation, 0 = not running */
    bool leaving;
    bool hung;         /* it neither steps nor leaves */
    int64_t committed; /* -1 = they hold no state */
    int64_t begun;
    int64_t born; /* when its process can be ready */
};

struct sim_node {
    bool alive;
    bool left;      /* was told that the job is over */
    bool drained;   /* was told to leave */
    int64_t frozen; /* until then it stands still, and everything waits for it */
    struct identity id;
    struct member member;
    struct lead lead;
    struct book book;
    struct sim_ranks ranks;
    int64_t heard[SIM_NODES];         /* when a message of that node came last */
    struct identity ended[SIM_NODES]; /* life of that node whose session was lost last */
    struct {
        int64_t since;
        int64_t noticed;
    } broken[SIM_NODES];     /* session to that node: what is said between is lost */
    int64_t deaf[SIM_NODES]; /* until then nothing it says reaches that node */
    bool unheard[SIM_NODES]; /* and something was said */
    uint64_t member_timer;
    uint64_t lead_timer;
    uint64_t questions; /* to the witness */
};

/* Everything that was done under one number by one candidate. */
struct sim_ballot {
    uint64_t number;
    struct identity candidate;
    struct view assigned;     /* count 0 = nothing */
    struct view recorded;     /* what was sent to be recorded; count 0 = nothing */
    uint64_t base;            /* and what it is to follow */
    struct view told;         /* what its candidate was told to be recorded, under the highest */
    uint64_t told_number;     /* number; 0 = nothing */
    uint64_t told_base;       /* about this base */
    uint32_t recorders;       /* bit per node; bit SIM_NODES = the witness */
    bool promised[SIM_NODES]; /* by the member of `assigned`: exactly this ballot, nothing higher */
    bool ready[SIM_NODES];
    int64_t held[SIM_NODES];        /* steps, as the candidate heard it with the promise */
    int64_t contributed[SIM_NODES]; /* steps begun in it */
    int64_t newest;                 /* step that a member of it holds */
    bool over;                      /* a later one has committed a step: */
    int64_t last;                   /* none after this one may be committed any more */
};

/* What nobody in the job can see: the truth, for judging. */
struct sim_truth {
    struct sim_ballot ballots[SIM_BALLOTS];
    uint32_t ballot_count;
    struct view decided[SIM_BALLOTS]; /* the chain, view 0 first */
    int64_t decided_at[SIM_BALLOTS];
    uint32_t decided_count;
    struct ballot highest[SIM_NODES + 1]; /* that an elector has answered, the witness last */
    uint64_t base[SIM_NODES + 1];         /* generation that it knows to be decided */
};

/* One of those who believe to lead. */
struct sim_controller {
    uint64_t life;
    int64_t away_until;
    struct witness_record seen; /* that it has read last */
    uint64_t version;           /* of that */
};

/* How the witness may be built wrong; each must be found out. */
enum sim_mutant {
    SIM_FAITHFUL,
    SIM_FORGETS, /* nothing is kept: a restart begins with nothing */
    SIM_HASTY,   /* it answers before its write has come to pass */
    SIM_BLIND,   /* it writes whatever the version is */
    SIM_MUTANTS
};

/* What many schedules add up to. */
struct sim_counts {
    long views;
    long smaller; /* than the view before */
    long larger;
    long repairs;
    long votes; /* of the witness */
    long crashes;
    long restarts;         /* of a controller */
    long drains;           /* nodes that were told to leave */
    long stops;            /* jobs that stopped for that */
    long conflicts;        /* writes of one that had not read the newest */
    int64_t longest;       /* from the end of all faults to the last go */
    uint64_t longest_seed; /* where it took that long */
};

struct sim {
    uint64_t seed;
    uint64_t random;
    uint32_t nodes;    /* replicas and spares */
    uint32_t replicas; /* members of a view that lacks nobody */
    uint16_t sizes[SIM_MEMBERS];
    uint32_t size_count; /* smaller views that are allowed */
    int64_t replace;     /* that a lost member is waited for before */
    uint32_t gone;       /* nodes that never come back; a view can be formed without them */
    int64_t now;
    struct sim_event *queue; /* binary heap */
    size_t queue_count;
    size_t queue_capacity;
    uint64_t order;
    struct sim_node node[SIM_NODES];
    int64_t last_delivery[SIM_NODES][SIM_NODES];
    struct enrolment enrolment;
    enum sim_mutant mutant;
    struct witness_record kept; /* by the API server */
    uint64_t version;           /* of that */
    struct sim_controller controllers[SIM_CONTROLLERS];
    bool directory_down;
    bool over;
    bool stopping;       /* a lead has decided that the job stops */
    uint64_t agreed;     /* generation whose ranks stop together */
    int64_t agreed_step; /* after this step */
    int faults_left;
    uint32_t apart;  /* bit per node: those that reach only each other */
    uint32_t remote; /* bit per node: those that do not reach the directory */
    int64_t calm;    /* from then on nothing is broken any more */
    bool looked;     /* whether a quorum is left since */
    int64_t started; /* the last go */
    uint64_t events;
    int slow;        /* messages that take long, in percent */
    int astray;      /* and that go by a session of their own, out of order */
    uint32_t cursed; /* this rank dies at SIM_CURSE; SIM_NODES = none */
    enum cause curse;
    struct codec_scope scope;
    struct codec_message *incoming;
    struct sim_truth *truth;
    bool trace;
    char failure[256]; /* "" = none */
    struct sim_counts counts;
};

enum sim_outcome { SIM_DONE, SIM_QUORUM_LOST, SIM_BROKEN };

/* Plays one schedule. `sim->failure` says what did not hold when the outcome is SIM_BROKEN. */
enum sim_outcome sim_play(struct sim *sim, uint64_t seed, bool trace);
void sim_done(struct sim *sim);

/* The mutant of that name. Returns 0, or 1 when there is none. */
int sim_mutant(const char *name, enum sim_mutant *mutant);

#endif
