/* agent - the agent proper: the loop around the member and lead machines.
 *
 * Events come from peers, the directory, the ranks, the keeper and timers. Each is given to a
 * machine; what the machine wants is carried out (act.c); what that causes here goes through the
 * inbox. Nothing is decided in this part. */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "agent/codec.h"
#include "agent/hang.h"
#include "agent/inbox.h"
#include "agent/inquiry.h"
#include "agent/lead.h"
#include "agent/link.h"
#include "agent/measure.h"
#include "agent/member.h"
#include "agent/papers.h"
#include "agent/peers.h"
#include "agent/pressure.h"
#include "agent/probe.h"
#include "agent/ranks.h"
#include "agent/settings.h"
#include "agent/slow.h"
#include "base/backoff.h"
#include "base/file.h"
#include "base/http.h"
#include "base/loop.h"
#include "base/metrics.h"
#include "base/process.h"

#define AGENT_INCIDENTS 64 /* kept until the directory has taken them; the newest are kept */

/* What the directory told about the job. */
struct agent_facts {
    bool known;
    struct lead_settings lead;
    int64_t report_every; /* nanoseconds */
    char *checkpoint_directory;
    int spec; /* descriptor of a memory file with the job as JSON */
};

/* How the directory took the last question. */
enum directory_standing {
    DIRECTORY_ANSWERS,
    DIRECTORY_AWAY,
    DIRECTORY_REFUSES,
    DIRECTORY_USELESS, /* it was not asked, or its answer is of no use */
};

/* What is known of the memory of this pod. */
struct ration {
    struct text group; /* directory of its control group; "" = there is nothing to look at */
    const char *proc;  /* where the kernel's files of processes are */
    struct timer timer;
    bool bound;           /* there is a limit */
    bool triggered;       /* `trigger` is watched */
    struct watch trigger; /* the kernel says that memory is short */
    struct pressure pressure;
};

/* Whom the measurement that runs is for. */
struct agent_measuring {
    struct identity asker;
    uint64_t number; /* generation */
    uint32_t local_rank;
    pid_t process;
};

/* What is known of the accelerators of this pod. */
struct ward {
    struct probe probe; /* without a program: there is none */
    struct text words;  /* of its environment */
    const char **environment;
    struct health_event last;
    int64_t heard;        /* when; 0 = nothing yet */
    int64_t reset;        /* when all ranks were ended for an error of the fabric; 0 = never */
    struct timer parting; /* for leaving a pod that is given up */
    uint64_t events[HEALTH_ACTIONS]; /* that were heard, by what they ask for */
};

struct agent {
    const struct settings *settings;
    struct log log;
    char who[64];
    struct loop loop;
    struct rpc *rpc;
    struct peers *peers;
    struct inquiry *directory;
    struct http_server *http;
    struct metrics metrics;
    struct codec_scope scope;
    struct identity self;
    struct book book;
    struct codec_message incoming;
    struct inbox inbox;

    struct member member;
    struct timer member_timer;
    struct lead lead;
    struct timer lead_timer;
    struct agent_facts facts;

    struct watch keeper;
    bool adopted; /* the keeper has handed over every rank that lives */
    struct ranks ranks;
    struct timer ranks_timer;
    struct link links[MESSAGE_RANKS];
    bool spawning[MESSAGE_RANKS];
    struct message go;         /* while the ranks are told to go */
    int port_held;             /* socket of the port where foreign ranks will meet; 0 = none */
    char unsaved[LINK_REASON]; /* why a rank here could not write a checkpoint; "" = it can */
    char told[LINK_REASON];    /* the same of the rank 0 that the lead here has elsewhere */
    uint32_t drain;           /* enum link_drain: what the ranks of this generation are asked for */
    int64_t drained_at;       /* when this pod was asked to end; 0 = not */
    struct timer drain_timer; /* for what is not over in time */

    struct rank_progress looks[MESSAGE_RANKS]; /* at the local ranks, the newest */
    int64_t saved[MESSAGE_RANKS];              /* step of its newest checkpoint, at that look */
    struct hang hang;
    struct timer vigil_timer;
    uint64_t hangs[HANG_VERDICTS]; /* verdicts of the lead here */
    struct slow slow;
    char slow_evidence[INCIDENT_TEXT]; /* about the place of the suspect */
    struct measure measure;
    struct agent_measuring measuring;

    struct ration ration;
    struct ward ward;

    struct papers papers;
    struct timer renew_timer; /* of the certificate */
    struct timer enroll_timer;
    bool enroll_patient;    /* asked once already */
    int64_t enroll_after;   /* not before that, because of the last refusal */
    struct backoff refused; /* in a row */
    bool renewing;          /* another certificate is needed, whomever the member follows */
    enum directory_standing standing;
    uint64_t vote_number; /* what the witness was asked last */
    bool vote_record;

    struct timer report_timer;
    bool report_due; /* something changed since the last report went out */
    struct incident incidents[AGENT_INCIDENTS];
    uint32_t incident_count;
    uint32_t incidents_sent; /* by the report on its way */
    uint32_t incidents_lost;
    bool outcome_sent;       /* in the report on its way */
    bool outcome_told;       /* the directory knows how the job ended */
    struct timer poll_timer; /* for the first step of a generation */

    bool leaving;
    int64_t leaving_since;
    bool ranks_ended;
    struct timer leave_timer;
    int code; /* exit code */
};

/* Runs the agent proper until the job is over. `keeper` is the socket to the keeper. Returns the
 * exit code. */
int agent_run(const struct settings *settings, int keeper);

/* Serves the inbox until it is empty. Every callback of the loop ends with this. */
void agent_settle(struct agent *agent);

/* act.c: gives an event to a machine and carries out what it wants. */
void act_member(struct agent *agent, const struct member_event *event);
void act_lead(struct agent *agent, const struct lead_event *event);
void act_send(struct agent *agent, const struct identity *to, const struct message *message);

/* hear.c: reads an envelope into `incoming`. Returns what it is, from nobody when it was not
 * understood. */
struct peers_heard hear_envelope(struct agent *agent, const void *data, size_t size);

/* hear.c: packs a beat. */
void hear_beat(struct agent *agent, const struct identity *to, uint64_t received, struct text *out);

/* vigil.c: whether the ranks of the generation get on, as their lead sees it. */
void vigil_open(struct agent *agent);
void vigil_begin(struct agent *agent); /* the lead has said go */
void vigil_heard(struct agent *agent, const struct message *beat);

/* vigil.c: looks at the pages of the local ranks. Returns how many there are, and in `progress`
 * what they say, valid until the next look; none of a foreign trainer. */
uint32_t vigil_look(struct agent *agent, const struct rank_progress **progress);

/* slowness.c: whether a rank is slow, as their lead sees it; and the measurement, at any agent. */
void slowness_look(struct agent *agent, int64_t now);
void slowness_measure(struct agent *agent, const struct message *asked);
void slowness_measured(struct agent *agent, const struct message *answer);

/* hear.c: gives what was read last to the machine it is for. */
void hear_serve(struct agent *agent);

/* local.c: the ranks, their links and the keeper. */
int local_open(struct agent *agent, int keeper, struct error *error);
void local_close(struct agent *agent);
void local_want(struct agent *agent, enum rank_event want, uint64_t number);
void local_start(struct agent *agent); /* facts are known: ranks may be started */
void local_kill(struct agent *agent, uint32_t rank, const char *why); /* it hangs */
/* Ends a rank for that cause, whatever it does. */
void local_condemn(struct agent *agent, uint32_t rank, enum cause cause, const char *why);
/* The same with all others, for which that rank is blamed. */
void local_condemn_all(struct agent *agent, uint32_t rank, enum cause cause, const char *why);
void local_leave(struct agent *agent, int code); /* the keeper is to end with this code */

/* ration.c: the memory of the pod, and who takes the last of it. */
void ration_open(struct agent *agent);
void ration_close(struct agent *agent);

/* ration.c: whether a rank that was killed just now was ended by the kernel for want of memory. If
 * so, that is added to `how`. */
bool ration_ended(struct agent *agent, uint32_t rank, struct text *how);

/* ward.c: the accelerators of the pod, as a probe sees them. */
void ward_open(struct agent *agent);
void ward_close(struct agent *agent);
void ward_heard(void *agent, const struct health_event *event);

/* drain.c: the pod is to end within `patience`; the second time says nothing new. */
void drain_begin(struct agent *agent, int64_t patience);

/* drain.c: asks the ranks of this generation for what enum link_drain says. */
void drain_ranks(struct agent *agent, uint32_t how);

/* foreign.c: ranks whose trainer is any command. */
void foreign_place(struct agent *agent); /* finds a port if rank 0 is here, and gives it as blob */
int foreign_words(struct agent *agent, uint32_t rank, struct error *error); /* memory file or -1 */
bool foreign_runs(const struct agent *agent); /* every process was started */

/* enrol.c: enrolling, and what else the directory answers. */
void enrol_open(struct agent *agent);
void enrol_tick(void *context);
void enrol_renew(void *context); /* the certificate has aged */
void enrol_ask(struct agent *agent, int64_t due);
extern const struct inquiry_events enrol_events;

/* report.c: what the lead tells the directory. */
void report_now(struct agent *agent);
void report_tick(void *context);
void report_heard(struct agent *agent, const struct message *beat);
void report_taken(struct agent *agent, const Muster__ReportReply *reply);
void report_incident(struct agent *agent); /* the lead's: it is repaired */
void report_keep(struct agent *agent, const struct incident *incident);
void report_poll(void *context);

/* exposition.c: metrics and health over HTTP. */
int exposition_open(struct agent *agent, struct error *error);
void exposition_close(struct agent *agent);
void exposition_repair(struct agent *agent, const struct incident *incident);
void exposition_slowness(struct agent *agent); /* of the ranks that this agent leads */
void exposition_slow(struct agent *agent);     /* one was told to be slow */
void exposition_fault(struct agent *agent, enum cause cause); /* of a rank here */
void exposition_started(struct agent *agent, uint32_t rank);  /* a process of it */
void exposition_generation(struct agent *agent);              /* the ranks here are to go */
void exposition_unsaved(struct agent *agent);                 /* a checkpoint */
void exposition_stepped(struct agent *agent, uint32_t rank);  /* it has committed a step */
void exposition_saved(struct agent *agent, uint32_t rank);    /* its checkpoint is newer */

#endif
