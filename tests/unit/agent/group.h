/* group - the ranks of an agent under test: what they are told, and what comes out. */
#ifndef UNIT_GROUP_H
#define UNIT_GROUP_H

#include "agent/ranks.h"
#include "base/text.h"

#define COUNT  2
#define SECOND INT64_C(1000000000)

/* A group, and what came out of its last step as one text: "assign 0, set 5 blobs=x,y". */
struct group {
    struct ranks ranks;
    struct ranks_output output;
    struct text said;
    int64_t now;
};

/* Of COUNT native ranks that were not started yet, one second after the beginning of time. */
struct group *group_new(void);
void group_free(struct group *group);

/* One step each, at the group's time. Returns what came out, valid until the next. */
const char *hear(struct group *group, struct ranks_news news);
const char *want(struct group *group, enum rank_event what, uint64_t number);
const char *tick(struct group *group);

/* What a rank does. */
struct ranks_news news_of(enum rank_event event, uint32_t rank);
struct ranks_news ready(uint32_t rank, uint64_t generation);
struct ranks_news quiet(uint32_t rank, int64_t committed, int64_t begun);
struct ranks_news exited(uint32_t rank, int status);

/* A group whose ranks all run in generation 5. */
struct group *group_running(void);

#endif
