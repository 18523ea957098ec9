/* team - the ranks of a generation as threads of one test.
 *
 * CUnit counts in one thread only: a member notes what did not hold, and the test asks afterwards.
 */
#ifndef TEAM_H
#define TEAM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "trainer/comm/tcp.h"

#define TEAM 8 /* most members */

struct team;

struct team_member {
    struct team *team;
    int rank;
    struct tcp_listener *listener;
    struct comm_watch watch;
    int outcome; /* of tcp_connect */
    struct error error;
    struct comm *comm;  /* NULL unless outcome is 0 */
    const char *failed; /* what did not hold, first */
    pthread_t thread;
};

struct team {
    int size;
    int64_t timeout;
    void (*play)(struct team_member *member); /* may free the comm and set it to NULL */
    void *context;
    int fault; /* makes this call of the first member's thread fail; 0 = none */
    int fired; /* it did */
    int bell;  /* rung when a member could not meet the others, as its agent would do */
    atomic_int over;
    struct tcp_blob blobs[TEAM];
    struct team_member members[TEAM];
};

/* Listens for every member. Watches may be changed after it. */
void team_listen(struct team *team);

/* Lets every member meet the others and, if it has, play. Waits for all. With a fault, `play` may
 * not allocate anything itself, and a member that cannot meet the others revokes the generation. */
void team_run(struct team *team);

/* Connects one member, in this thread. */
void team_connect(struct team_member *member);

/* The first thing that did not hold on any member, or NULL. */
const char *team_failed(const struct team *team);

#define TEAM_TEXT(line) #line
#define TEAM_LINE(line) TEAM_TEXT(line)

/* Notes in `member` that a condition does not hold. */
#define TEAM_CHECK(member, condition)                                                              \
    team_check((member), (condition), __FILE__ ":" TEAM_LINE(__LINE__) ": " #condition)

void team_check(struct team_member *member, bool holds, const char *condition);

/* In the test: nothing failed on any member; says what if it did. */
void team_assert(const struct team *team);

#endif
