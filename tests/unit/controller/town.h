/* town - the controller, an API server that keeps jobs and pods, and agents, on one loop.
 *
 * The server does as Kubernetes does where the controller depends on it: versions, watches,
 * conditions of writes. Mischief makes it fail as the test says. */
#ifndef UNIT_TOWN_H
#define UNIT_TOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "controller/controller.h"
#include "controller/dossier.h"
#include "lobby.h"
#include "support/api_server.h"

#define TOWN_MISCHIEF 4
#define TOWN_ISSUER   "https://kubernetes.default.svc"

struct cJSON;
struct mint;

/* What goes wrong with requests whose line in `asked` begins so. */
struct town_mischief {
    const char *asked;
    enum { TOWN_ANSWER, TOWN_CUT, TOWN_DONE_AND_CUT, TOWN_HOLD } way;
    int status; /* TOWN_ANSWER: this, and the body */
    const char *body;
    int times;
};

/* One kind of objects, with its watch. */
struct town_kind {
    struct cJSON *objects;
    struct api_call *watch; /* NULL = none is open */
    long long told;         /* newest version that the watch was told */
    bool silent;            /* what happens is not told until town_speak */
    const char *list;       /* answers the next LIST in place of what is there */
};

struct town {
    struct controller controller;
    struct arguments arguments;
    struct lobby agents;        /* only its channel */
    struct rpc_server *members; /* of every agent: says how it stands */
    enum { TOWN_IDLE, TOWN_TRAINS, TOWN_MUTE, TOWN_BABBLES } members_say;
    int asked_members; /* how often */
    struct api_server *server;
    struct town_kind jobs;
    struct town_kind pods;
    struct cJSON *secret; /* the controller's, or NULL */
    struct cJSON *node;   /* every Node, or NULL */
    struct cJSON *events; /* a list of every pod's, or NULL */
    struct mint *mint;    /* signs the tokens of pods */
    int key_reads;        /* how often its key was asked for */
    long long version;    /* of the newest object */
    struct text asked;    /* "POST pods digits-1-0-0\n" of each request about an object */
    struct text posted;   /* notes of the Events */
    struct town_mischief mischief[TOWN_MISCHIEF];
    struct api_call *held; /* by TOWN_HOLD, the newest */
    struct timer guard;
    struct timer look;
    bool (*holds)(struct town *town);
    int answers; /* that are waited for */
    struct watch reader;
    struct text page; /* that was read last */
    bool page_ended;
};

/* Begins everything; there is no job yet. town_close is owed. */
void town_open(struct town *town);

/* The same with arguments and mischief that the test has set in a zeroed town. */
void town_open_so(struct town *town);
void town_close(struct town *town);

/* Runs until it holds. A test that waits for too long fails. */
void town_until(struct town *town, bool (*holds)(struct town *town));

/* Adds a job of two replicas, and its pods are made and run. The second returns once they do. */
void town_job(struct town *town);
void town_job_runs(struct town *town);

/* An object of a kind by its name, or NULL. */
struct cJSON *town_object(const struct town_kind *kind, const char *name);

/* Tells of an object that is new or was changed, merged with a patch as JSON; "" = as it is. */
void town_change(struct town *town, struct town_kind *kind, const char *name, const char *patch);
void town_add(struct town *town, struct town_kind *kind, struct cJSON *object);

/* Takes an object away and tells of it; quietly = no watch is told. */
void town_remove(struct town *town, struct town_kind *kind, const char *name);
void town_remove_quietly(struct town *town, struct town_kind *kind, const char *name);

/* Ends a watch, so that the controller lists anew. */
void town_relist(struct town_kind *kind);

/* Tells what was kept back. */
void town_speak(struct town *town, struct town_kind *kind);

/* How many requests there were whose line begins so. */
size_t town_count(const struct town *town, const char *line);

/* Reads a page that the controller serves: "/metrics". The reply is the town's. */
const char *town_page(struct town *town, const char *path);

/* The token of a pod: one that is right, or one whose claims, of which the first `what` is replaced
 * by `with`, are not. Freed by the caller. */
char *town_token(const struct town *town, const char *pod);
char *town_token_so(const struct town *town, const char *pod, const char *what, const char *with);

/* Replaces the key of the town's issuer by one of that name. */
void town_mint(struct town *town, const char *name);

/* The dossier of the town's job. */
struct dossier *town_dossier(struct town *town);

/* Runs until so many answers to agents have come in all. */
void town_answers(struct town *town, int count);

/* From now on this agent of attempt 1 reports and asks the witness. */
void town_as(struct town *town, uint32_t slot, uint8_t life);

/* Asks the directory to enrol the agent of a slot of attempt 1, with a credential. asked_done is
 * owed. */
void town_enrol(struct town *town, struct asked *asked, uint32_t slot, const char *credential);

/* Reports as the lead, slot 0 of attempt 1, with a view of both slots and those that it misses. */
void town_report(struct town *town, struct asked *asked, const uint32_t *missing, size_t count);

#endif
