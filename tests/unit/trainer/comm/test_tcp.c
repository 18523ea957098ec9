/* The TCP communicator: every operation with every number of ranks, and what a lost rank, a revoked
 * generation or a confused caller does to it. */
#include "trainer/comm/tcp.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "support/check.h"
#include "team.h"

#define LONG CLOCK_SECONDS(120) /* a deadline that no passing test meets */

/* --- operations with known results --- */

/* What one operation of a script is. All ranks draw the same from the same seed. */
struct act {
    int kind;
    struct order order;
    size_t count;
    uint64_t seed;
    bool in_place;
};

static size_t draw_count(uint64_t *random)
{
    static const size_t edges[] = {0, 1, 2, 15, 16, 17, 255, 4095, 4096, 4097, 16384, 32768, 32769};

    if (random_below(random, 2))
        return edges[random_below(random, sizeof edges / sizeof *edges)];
    return random_below(random, random_below(random, 4) ? 3000 : 300000);
}

static struct act draw(uint64_t *random, int ranks)
{
    struct act act = {.kind = (int)random_below(random, 4)};

    act.order = (struct order){ranks + (int)random_below(random, 9), ranks};
    act.count = draw_count(random);
    act.seed = random_next(random);
    act.in_place = random_below(random, 2);
    return act;
}

/* Element `index` of the vector of a micro-batch: sizes differ so much that order shows. */
static float leaf(const struct act *act, int64_t batch, size_t index)
{
    uint64_t state = act->seed + (uint64_t)batch * 0x10001 + index * 0x1000000001;
    uint64_t value = random_next(&state);

    return (float)(int32_t)value / (float)(1 + (value >> 32) % 1000);
}

/* The vectors of a rank's parts, added up as the trainer does it. Returns how many. */
static size_t parts_make(const struct act *act, int rank, float **parts)
{
    struct order_stack stack;

    order_begin(&stack, &act->order, rank);
    while (stack.next < stack.end) {
        size_t top = stack.count;
        int64_t batch = stack.next;

        parts[top] = memory_get(act->count, sizeof(float));
        for (size_t i = 0; i < act->count; i++)
            parts[top][i] = leaf(act, batch, i);
        for (size_t left = order_push(&stack); left; left--, top--) {
            for (size_t i = 0; i < act->count; i++)
                parts[top - 1][i] += parts[top][i];
            free(parts[top]);
        }
    }
    return stack.count;
}

static void parts_free(float **parts, size_t count)
{
    while (count--)
        free(parts[count]);
}

static uint32_t bits(float number)
{
    uint32_t out;

    memcpy(&out, &number, sizeof out);
    return out;
}

/* Whether the sum is that of one rank alone. */
static bool sum_right(const struct act *act, const float *sum)
{
    struct act alone = *act;
    float *expected[ORDER_PARTS] = {NULL};
    size_t count;
    bool right = sum != NULL;

    alone.order.ranks = 1;
    count = parts_make(&alone, 0, expected);
    for (size_t i = 0; right && expected[0] && i < act->count; i++)
        right = bits(sum[i]) == bits(expected[0][i]);
    parts_free(expected, count);
    return right;
}

static int play_all_reduce(struct team_member *member, const struct act *act)
{
    float *parts[ORDER_PARTS] = {NULL};
    size_t count = parts_make(act, member->rank, parts);
    CLEAN_FREE float *separate = memory_get(act->count, sizeof(float));
    float *sum = act->in_place ? parts[0] : separate;
    int outcome = comm_all_reduce(member->comm, &act->order, parts, sum, act->count);

    TEAM_CHECK(member, outcome || sum_right(act, sum));
    parts_free(parts, count);
    return outcome;
}

static unsigned char letter(const struct act *act, int rank, size_t index)
{
    return (unsigned char)(act->seed + (uint64_t)rank * 31 + index);
}

static void letters_fill(const struct act *act, int rank, unsigned char *out)
{
    for (size_t i = 0; i < act->count; i++)
        out[i] = letter(act, rank, i);
}

static bool letters_right(const struct act *act, int rank, const unsigned char *in)
{
    for (size_t i = 0; i < act->count; i++) {
        if (in[i] != letter(act, rank, i))
            return false;
    }
    return true;
}

static int play_all_gather(struct team_member *member, const struct act *act)
{
    size_t size = (size_t)member->comm->size;
    CLEAN_FREE unsigned char *all = memory_get(size, act->count);
    CLEAN_FREE unsigned char *separate = memory_get(1, act->count);
    unsigned char *mine = act->in_place ? all + (size_t)member->rank * act->count : separate;
    int outcome;

    letters_fill(act, member->rank, mine);
    outcome = comm_all_gather(member->comm, mine, all, act->count);
    for (int rank = 0; !outcome && rank < member->comm->size; rank++)
        TEAM_CHECK(member, letters_right(act, rank, all + (size_t)rank * act->count));
    return outcome;
}

/* From every rank to the next: the first one sends first, the others receive first. */
static int play_ring(struct team_member *member, const struct act *act)
{
    int size = member->comm->size;
    int next = (member->rank + 1) % size;
    int last = (member->rank + size - 1) % size;
    CLEAN_FREE unsigned char *out = memory_get(1, act->count);
    CLEAN_FREE unsigned char *in = memory_get(1, act->count);
    uint64_t begun = member->comm->sequence;
    int outcome = 0;

    if (size == 1)
        return 0;
    letters_fill(act, member->rank, out);
    if (member->rank == 0)
        outcome = comm_send(member->comm, next, out, act->count);
    if (!outcome)
        outcome = comm_receive(member->comm, last, in, act->count);
    if (!outcome && member->rank != 0)
        outcome = comm_send(member->comm, next, out, act->count);
    TEAM_CHECK(member, outcome || letters_right(act, last, in));
    TEAM_CHECK(member, member->comm->sequence == begun); /* not what two ranks do by themselves */
    return outcome;
}

static int play_act(struct team_member *member, const struct act *act)
{
    switch (act->kind) {
    case 0:
        return play_all_reduce(member, act);
    case 1:
        return play_all_gather(member, act);
    case 2:
        return play_ring(member, act);
    default:
        return comm_barrier(member->comm);
    }
}

struct script {
    uint64_t seed;
    int acts;
    int who; /* rank that leaves the script, or -1 */
    int when;
    bool silently; /* stops calling until the others have noticed, instead of aborting */
    atomic_int noticed;
};

static void play_script(struct team_member *member)
{
    struct script *script = member->team->context;
    uint64_t random = script->seed;

    for (int i = 0; i < script->acts; i++) {
        struct act act = draw(&random, member->comm->size);

        TEAM_CHECK(member, play_act(member, &act) == 0);
    }
    TEAM_CHECK(member, !comm_reason(member->comm)[0] && !strcmp(member->comm->table->name, "tcp"));
}

static void every_operation_gives_the_same_bits_for_every_number_of_ranks(void)
{
    struct script script = {.seed = check_seed(), .acts = 40};

    for (int size = 1; size <= TEAM; size++) {
        struct team team = {.size = size, .timeout = LONG, .play = play_script, .context = &script};

        script.seed++;
        team_listen(&team);
        team_run(&team);
        team_assert(&team);
    }
}

static void play_large(struct team_member *member)
{
    struct act act = {.order = {member->comm->size + 3, member->comm->size}, .count = 1500007};

    TEAM_CHECK(member, play_all_reduce(member, &act) == 0);
    act.in_place = true;
    TEAM_CHECK(member, play_all_reduce(member, &act) == 0);
    TEAM_CHECK(member, member->comm->sequence == 2);
}

static void a_large_vector_is_added_up_chunk_by_chunk(void)
{
    for (int size = 2; size <= 3; size++) {
        struct team team = {.size = size, .timeout = LONG, .play = play_large};

        team_listen(&team);
        team_run(&team);
        team_assert(&team);
    }
}

/* --- ranks that are lost --- */

/* Plays until something breaks, or until it is this rank's turn to leave. */
static int play_some(struct team_member *member)
{
    const struct script *script = member->team->context;
    int acts = member->rank == script->who ? script->when : script->acts;
    uint64_t random = script->seed;
    int outcome = 0;

    for (int i = 0; i < acts && !outcome; i++) {
        struct act act = draw(&random, member->comm->size);

        outcome = play_act(member, &act);
    }
    return outcome;
}

static void play_until_broken(struct team_member *member)
{
    struct script *script = member->team->context;
    int outcome = play_some(member);

    if (member->rank == script->who) {
        while (script->silently && script->noticed < member->comm->size - 1)
            clock_sleep(CLOCK_MS(1));
        comm_abort(member->comm, "dies here");
    }
    if (!outcome)
        outcome = comm_barrier(member->comm);
    TEAM_CHECK(member, outcome == COMM_BROKEN);
    script->noticed++;
    TEAM_CHECK(member, comm_reason(member->comm)[0] != '\0');
    TEAM_CHECK(member, script->silently || !strstr(comm_reason(member->comm), "in time"));
    TEAM_CHECK(member, comm_barrier(member->comm) == COMM_BROKEN);
}

static void lose_one_of(int size, int when, bool silently)
{
    struct script script = {.seed = check_seed() + (unsigned)when,
                            .acts = 8,
                            .who = (size - 1 + when) % size,
                            .when = when,
                            .silently = silently};
    struct team team = {.size = size,
                        .timeout = silently ? CLOCK_MS(150) : LONG,
                        .play = play_until_broken,
                        .context = &script};

    team_listen(&team);
    team_run(&team);
    team_assert(&team);
}

static void a_rank_that_dies_at_any_operation_ends_it_on_all_others_at_once(void)
{
    for (int size = 2; size <= 5; size++) {
        for (int when = 0; when <= 8; when++)
            lose_one_of(size, when, false);
    }
}

static void a_rank_that_stops_calling_ends_the_operation_at_the_deadline(void)
{
    for (int when = 0; when <= 8; when += 2)
        lose_one_of(3, when, true);
}

struct bystander {
    atomic_int ready;
    atomic_int over;
};

/* The first waits for the second, which makes no call any more; the third dies. */
static void play_bystander(struct team_member *member)
{
    struct bystander *state = member->team->context;
    char byte;

    TEAM_CHECK(member, comm_barrier(member->comm) == 0);
    state->ready++;
    while (state->ready < member->comm->size)
        clock_sleep(CLOCK_MS(1));
    if (member->rank == 0) {
        TEAM_CHECK(member, comm_receive(member->comm, 1, &byte, 1) == COMM_BROKEN);
        error_set(&member->error, "%s", comm_reason(member->comm));
        state->over = 1;
    }
    while (member->rank == 1 && !state->over)
        clock_sleep(CLOCK_MS(1));
    if (member->rank == 2)
        comm_abort(member->comm, "dies here");
}

static void a_rank_that_dies_ends_operations_it_has_no_part_in(void)
{
    struct bystander state = {0};
    struct team team = {.size = 3, .timeout = LONG, .play = play_bystander, .context = &state};

    team_listen(&team);
    team_run(&team);
    team_assert(&team);
    CHECK_HAS(team.members[0].error.text, "rank 2 was lost");
}

/* Kill -9 of a process: the kernel resets its connections. */
static void a_killed_process_is_noticed_at_once(void)
{
    struct team team = {.size = 2, .timeout = LONG};
    struct team_member *member = &team.members[0];
    char byte;
    pid_t child;

    team_listen(&team);
    child = fork();
    if (child == 0) {
        team_connect(&team.members[1]);
        comm_barrier(team.members[1].comm);
        raise(SIGKILL);
    }
    tcp_listener_free(team.members[1].listener);
    team_connect(member);
    CU_ASSERT(member->outcome == 0 && comm_barrier(member->comm) == 0);
    CU_ASSERT(comm_receive(member->comm, 1, &byte, 1) == COMM_BROKEN);
    CU_ASSERT(strstr(comm_reason(member->comm), "rank 1 was lost") != NULL);
    comm_free(member->comm);
    waitpid(child, NULL, 0);
}

/* The first leaves, then the second with its data still on the way; only the third needs them. */
static void play_leave(struct team_member *member)
{
    size_t size = 1 << 20;
    CLEAN_FREE unsigned char *data = memory_get(1, size);

    TEAM_CHECK(member, comm_barrier(member->comm) == 0);
    clock_sleep(CLOCK_MS(10) * member->rank);
    if (member->rank == 1)
        TEAM_CHECK(member, comm_send(member->comm, 2, data, size) == 0);
    if (member->rank == 2) {
        TEAM_CHECK(member, comm_receive(member->comm, 1, data, size) == 0);
        TEAM_CHECK(member, comm_barrier(member->comm) == COMM_BROKEN);
    }
}

static void a_rank_that_is_done_disturbs_only_who_needs_it(void)
{
    struct team team = {.size = 3, .timeout = LONG, .play = play_leave};

    team_listen(&team);
    team_run(&team);
    team_assert(&team);
}

/* --- callers that are confused --- */

static void play_different(struct team_member *member)
{
    char all[2] = "";

    if (member->rank == 0)
        TEAM_CHECK(member, comm_barrier(member->comm) == COMM_BROKEN);
    else
        TEAM_CHECK(member, comm_all_gather(member->comm, "x", all, 1) == COMM_BROKEN);
    error_set(&member->error, "%s", comm_reason(member->comm));
}

static void play_lengths(struct team_member *member)
{
    struct order order = {2 + member->rank, 2};
    float parts[2][4] = {{0}};
    float *vectors[2] = {parts[0], parts[1]};

    TEAM_CHECK(member, comm_all_reduce(member->comm, &order, vectors, parts[0], 4) == COMM_BROKEN);
    error_set(&member->error, "%s", comm_reason(member->comm));
}

static void ranks_that_mean_different_operations_notice_it(void)
{
    void (*const plays[])(struct team_member *) = {play_different, play_lengths};

    for (int i = 0; i < 2; i++) {
        struct team team = {.size = 2, .timeout = LONG, .play = plays[i]};

        team_listen(&team);
        team_run(&team);
        team_assert(&team);
        CU_ASSERT(strstr(team.members[0].error.text, "another operation") ||
                  strstr(team.members[1].error.text, "another operation"));
    }
}

/* --- a generation that is over --- */

struct revoke {
    atomic_int over;
    atomic_int passed; /* ranks that are done with what comes before */
    int event;
};

static int revoke_asked(void *context)
{
    struct revoke *revoke = context;

    return revoke->over;
}

static void play_wait(struct team_member *member)
{
    char byte;

    if (member->rank == 0)
        TEAM_CHECK(member, comm_receive(member->comm, 1, &byte, 1) == COMM_BROKEN);
    else
        TEAM_CHECK(member, comm_receive(member->comm, 0, &byte, 1) == COMM_BROKEN);
    error_set(&member->error, "%s", comm_reason(member->comm));
}

/* Somebody who revokes after a while; before that, the descriptor is readable for no reason. */
static void *revoke_run(void *context)
{
    struct revoke *revoke = context;
    uint64_t one = 1;
    ssize_t written;

    clock_sleep(CLOCK_MS(10));
    written = write(revoke->event, &one, sizeof one);
    clock_sleep(CLOCK_MS(30));
    revoke->over = written == sizeof one;
    return NULL;
}

static void a_revoked_generation_ends_the_operation_on_all_ranks(void)
{
    struct revoke revoke = {.event = eventfd(0, EFD_CLOEXEC)};
    struct team team = {.size = 2, .timeout = LONG, .play = play_wait};
    pthread_t thread;

    team_listen(&team);
    team.members[0].watch = (struct comm_watch){revoke.event, revoke_asked, &revoke};
    pthread_create(&thread, NULL, revoke_run, &revoke);
    team_run(&team);
    pthread_join(thread, NULL);
    team_assert(&team);
    CU_ASSERT(strstr(team.members[0].error.text, "revoked") != NULL);
    CU_ASSERT(strstr(team.members[1].error.text, "rank 0 was lost") != NULL);
    close(revoke.event);
}

static void a_revoked_generation_ends_the_meeting(void)
{
    struct revoke revoke = {.event = eventfd(0, EFD_CLOEXEC)};
    struct team team = {.size = 2, .timeout = LONG};
    pthread_t thread;

    team_listen(&team);
    team.members[0].watch = (struct comm_watch){revoke.event, revoke_asked, &revoke};
    pthread_create(&thread, NULL, revoke_run, &revoke);
    team_connect(&team.members[0]);
    pthread_join(thread, NULL);
    CU_ASSERT(team.members[0].outcome == COMM_BROKEN);
    CU_ASSERT(strstr(team.members[0].error.text, "revoked") != NULL);
    tcp_listener_free(team.members[1].listener);
    close(revoke.event);
}

static void play_revoked_before(struct team_member *member)
{
    struct revoke *revoke = member->team->context;

    TEAM_CHECK(member, comm_barrier(member->comm) == 0);
    revoke->passed++;
    /* A rank that breaks off takes the barrier from whoever is still in it. */
    while (member->rank == 0 && revoke->passed < member->team->size)
        clock_sleep(CLOCK_MS(1));
    if (member->rank == 0)
        revoke->over = 1;
    TEAM_CHECK(member, comm_barrier(member->comm) == COMM_BROKEN);
}

static void no_operation_begins_in_a_revoked_generation(void)
{
    struct revoke revoke = {.event = -1};
    struct team team = {
        .size = 2, .timeout = LONG, .play = play_revoked_before, .context = &revoke};

    team_listen(&team);
    team.members[0].watch = (struct comm_watch){-1, revoke_asked, &revoke};
    team_run(&team);
    team_assert(&team);
}

SUITE("trainer tcp",
      {"every operation gives the same bits for every number of ranks",
       every_operation_gives_the_same_bits_for_every_number_of_ranks},
      {"a large vector is added up chunk by chunk", a_large_vector_is_added_up_chunk_by_chunk},
      {"a rank that dies at any operation ends it on all others at once",
       a_rank_that_dies_at_any_operation_ends_it_on_all_others_at_once},
      {"a rank that dies ends operations it has no part in",
       a_rank_that_dies_ends_operations_it_has_no_part_in},
      {"a rank that stops calling ends the operation at the deadline",
       a_rank_that_stops_calling_ends_the_operation_at_the_deadline},
      {"a killed process is noticed at once", a_killed_process_is_noticed_at_once},
      {"a rank that is done disturbs only who needs it",
       a_rank_that_is_done_disturbs_only_who_needs_it},
      {"ranks that mean different operations notice it",
       ranks_that_mean_different_operations_notice_it},
      {"a revoked generation ends the operation on all ranks",
       a_revoked_generation_ends_the_operation_on_all_ranks},
      {"a revoked generation ends the meeting", a_revoked_generation_ends_the_meeting},
      {"no operation begins in a revoked generation", no_operation_begins_in_a_revoked_generation})
