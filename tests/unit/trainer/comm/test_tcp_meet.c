/* The meeting: strangers do no harm, and a rank that is not there or not itself ends it. */
#include "trainer/comm/tcp_meet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/net.h"
#include "support/check.h"
#include "team.h"
#include "trainer/comm/tcp_blob.h"
#include "trainer/comm/tcp_door.h"

#define LONG   CLOCK_SECONDS(120)
#define SILENT 48 /* more than may be half open at a time */

/* A blocking connection to the owner of a blob, in whose name `contact` is filled. */
static int dial(const struct tcp_blob *blob, struct tcp_contact *contact)
{
    struct net_address address;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CU_ASSERT_FATAL(tcp_blob_read(blob, contact, NULL) == 0);
    CU_ASSERT_FATAL(net_parse(contact->address, &address, NULL) == 0);
    if (descriptor < 0 ||
        connect(descriptor, (struct sockaddr *)&address.storage, address.size) != 0)
        abort();
    return descriptor;
}

static void say(int descriptor, const void *bytes, size_t size)
{
    CU_ASSERT(send(descriptor, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
}

/* Connects and says a hello that is right but for what `spoil` changes. */
static int dial_hello(const struct tcp_blob *blob,
                      struct tcp_hello hello,
                      void (*spoil)(struct tcp_hello *hello))
{
    unsigned char bytes[TCP_HELLO];
    struct tcp_contact contact;
    int descriptor = dial(blob, &contact);

    memcpy(hello.secret, contact.secret, sizeof hello.secret);
    if (spoil)
        spoil(&hello);
    tcp_hello_write(bytes, &hello);
    say(descriptor, bytes, sizeof bytes);
    return descriptor;
}

static void spoil_secret(struct tcp_hello *hello)
{
    hello->secret[TCP_SECRET - 1] ^= 1;
}

static void spoil_generation(struct tcp_hello *hello)
{
    hello->generation--;
}

static void spoil_size(struct tcp_hello *hello)
{
    hello->size++;
}

static void spoil_rank(struct tcp_hello *hello)
{
    hello->rank = hello->size;
}

static void spoil_own(struct tcp_hello *hello)
{
    hello->rank = 0;
}

static void play_barrier(struct team_member *member)
{
    TEAM_CHECK(member, comm_barrier(member->comm) == 0);
}

static void strangers_neither_harm_nor_block_a_meeting(void)
{
    static void (*const spoils[])(struct tcp_hello *) = {
        spoil_secret, spoil_generation, spoil_size, spoil_rank, spoil_own};
    struct team team = {.size = 4, .timeout = LONG, .play = play_barrier};
    struct tcp_hello hello = {.generation = 7, .rank = 2, .size = 4};
    char garbage[100] = "GET / HTTP/1.1\r\n";
    int strangers[SILENT + 7];
    struct tcp_contact contact;
    int count = 0;

    team_listen(&team);
    for (int i = 0; i < 5; i++)
        strangers[count++] = dial_hello(&team.blobs[0], hello, spoils[i]);
    strangers[count] = dial(&team.blobs[0], &contact);
    say(strangers[count++], garbage, sizeof garbage);
    strangers[count] = dial(&team.blobs[0], &contact);
    say(strangers[count++], garbage, 7);
    for (int i = 0; i < SILENT; i++)
        strangers[count++] = dial(&team.blobs[0], &contact);
    team_run(&team);
    team_assert(&team);
    for (int i = 0; i < team.size; i++)
        CU_ASSERT(team.members[i].outcome == 0);
    while (count--)
        close(strangers[count]);
}

static bool admit_none(void *context, int rank, int descriptor)
{
    int *seen = context;

    (void)descriptor;
    *seen = rank;
    return false;
}

/* Polls and serves once. */
static void door_turn(struct tcp_door *door)
{
    struct pollfd polls[64];
    size_t count = tcp_door_polls(door, polls);

    CU_ASSERT_FATAL(count <= tcp_door_most(door) && count <= 64);
    CU_ASSERT(poll(polls, count, 0) >= 0);
    CU_ASSERT(tcp_door_serve(door, polls, NULL) == 0);
}

static void callers_are_bounded_in_number_and_time(void)
{
    struct tcp_blob blob;
    struct tcp_listener *listener = tcp_listen("127.0.0.1", &blob, NULL);
    struct tcp_hello hello = {.generation = 7, .rank = 2, .size = 4};
    CLEAN(tcp_door) struct tcp_door door = {.admit = admit_none};
    int strangers[SILENT + 1];
    struct tcp_contact contact;
    int seen = -1;

    CU_ASSERT_FATAL(listener && tcp_door_init(&door, listener, 7, 4, NULL) == 0);
    door.context = &seen;
    CU_ASSERT(tcp_door_due(&door) == CLOCK_NEVER);
    for (int i = 0; i < SILENT; i++)
        strangers[i] = dial(&blob, &contact);
    for (int i = 0; i < 4; i++)
        door_turn(&door);
    CU_ASSERT(door.count == door.capacity && door.capacity < SILENT);
    CU_ASSERT(recv(strangers[0], &contact, 1, 0) <= 0); /* the oldest had to go */
    door.callers[0].due = door.callers[1].due = clock_now();
    door_turn(&door);
    CU_ASSERT(door.count == door.capacity - 2 && tcp_door_due(&door) > clock_now());
    strangers[SILENT] = dial_hello(&blob, hello, NULL);
    for (int i = 0; i < 3; i++)
        door_turn(&door);
    CU_ASSERT(seen == 2 && door.count == door.capacity - 2);
    for (int i = 0; i <= SILENT; i++)
        close(strangers[i]);
    tcp_listener_free(listener);
}

/* A listener that is no rank: what it does with the one who calls. */
struct impostor {
    int descriptor;
    struct tcp_contact contact;
    void (*act)(struct impostor *impostor, int caller);
    pthread_t thread;
};

static void *impostor_run(void *context)
{
    struct impostor *impostor = context;
    struct pollfd called = {impostor->descriptor, POLLIN, 0};
    unsigned char bytes[TCP_HELLO];
    int caller = -1;

    if (poll(&called, 1, -1) == 1)
        caller = accept(impostor->descriptor, NULL, NULL);
    if (caller >= 0 && recv(caller, bytes, sizeof bytes, MSG_WAITALL) == sizeof bytes)
        impostor->act(impostor, caller);
    close(caller);
    return NULL;
}

static void act_hang_up(struct impostor *impostor, int caller)
{
    (void)impostor;
    (void)caller;
}

static void act_garbage(struct impostor *impostor, int caller)
{
    char garbage[TCP_HELLO] = "SSH-2.0-something";
    ssize_t sent = send(caller, garbage, sizeof garbage, MSG_NOSIGNAL);

    (void)sent;
    recv(caller, impostor->contact.secret, 1, 0); /* until the other side has gone */
}

static void act_silent(struct impostor *impostor, int caller)
{
    recv(caller, impostor->contact.secret, 1, 0);
}

/* Rank 1 dials an impostor in the place of rank 0. Returns what it says. */
static const char *meet_impostor(void (*act)(struct impostor *, int), int64_t timeout)
{
    static struct team team;
    struct impostor impostor = {.act = act};

    team = (struct team){.size = 2, .timeout = timeout};
    team_listen(&team);
    impostor.descriptor = net_listen("127.0.0.1:0", 8, NULL);
    CU_ASSERT_FATAL(impostor.descriptor >= 0);
    snprintf(impostor.contact.address, NET_ADDRESS, "127.0.0.1:%d", net_port(impostor.descriptor));
    tcp_blob_write(&team.blobs[0], &impostor.contact);
    pthread_create(&impostor.thread, NULL, impostor_run, &impostor);
    team_connect(&team.members[1]);
    pthread_join(impostor.thread, NULL);
    close(impostor.descriptor);
    tcp_listener_free(team.members[0].listener);
    CU_ASSERT(team.members[1].outcome == COMM_BROKEN);
    return team.members[1].error.text;
}

static void a_rank_that_is_not_itself_ends_the_meeting(void)
{
    CU_ASSERT(strstr(meet_impostor(act_hang_up, LONG), "rank 0 hung up") != NULL);
    CU_ASSERT(strstr(meet_impostor(act_garbage, LONG), "rank 0 answered as a stranger") != NULL);
    CU_ASSERT(strstr(meet_impostor(act_silent, CLOCK_MS(50)), "rank 0 did not come") != NULL);
}

static void a_rank_that_is_gone_ends_the_meeting(void)
{
    struct team team = {.size = 2, .timeout = LONG};

    team_listen(&team);
    tcp_listener_free(team.members[0].listener);
    team_connect(&team.members[1]);
    CU_ASSERT(team.members[1].outcome == COMM_BROKEN);
    CU_ASSERT(strstr(team.members[1].error.text, "rank 0") != NULL);
}

static void a_rank_that_does_not_come_is_named(void)
{
    struct team team = {.size = 3, .timeout = CLOCK_MS(50)};

    team_listen(&team);
    team_connect(&team.members[0]);
    CU_ASSERT(team.members[0].outcome == COMM_BROKEN);
    CU_ASSERT(strstr(team.members[0].error.text, "rank 1 did not come in time") != NULL);
    tcp_listener_free(team.members[1].listener);
    tcp_listener_free(team.members[2].listener);
}

/* Meets rank 0 as rank 1 should, and dies. */
static void *meet_and_die(void *context)
{
    const struct team *team = context;
    struct tcp_hello hello = {.generation = 7, .rank = 1, .size = 3};
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    unsigned char bytes[TCP_HELLO];
    int descriptor = dial_hello(&team->blobs[0], hello, NULL);

    CU_ASSERT(recv(descriptor, bytes, sizeof bytes, MSG_WAITALL) == sizeof bytes);
    CU_ASSERT(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) == 0);
    close(descriptor);
    return NULL;
}

static void a_rank_that_dies_while_others_are_awaited_ends_the_meeting(void)
{
    struct team team = {.size = 3, .timeout = LONG};
    pthread_t thread;

    team_listen(&team);
    pthread_create(&thread, NULL, meet_and_die, &team);
    team_connect(&team.members[0]);
    pthread_join(thread, NULL);
    CU_ASSERT(team.members[0].outcome == COMM_BROKEN);
    CU_ASSERT(strstr(team.members[0].error.text, "rank 1 was lost") != NULL);
    tcp_listener_free(team.members[1].listener);
    tcp_listener_free(team.members[2].listener);
}

static void nobody_gets_the_seat_of_another(void)
{
    struct team team = {.size = 2, .timeout = CLOCK_MS(50)};
    struct tcp_hello hello = {.generation = 7, .rank = 1, .size = 2};
    int first;
    int second;

    team_listen(&team);
    first = dial_hello(&team.blobs[0], hello, NULL);
    second = dial_hello(&team.blobs[0], hello, NULL);
    team_connect(&team.members[0]);
    CU_ASSERT(team.members[0].outcome == 0);
    comm_free(team.members[0].comm);
    tcp_listener_free(team.members[1].listener);
    close(first);
    close(second);
}

static void a_malformed_blob_is_refused(void)
{
    struct team team = {.size = 2, .timeout = LONG};

    team_listen(&team);
    team.blobs[1].bytes[0]++;
    team_connect(&team.members[0]);
    CU_ASSERT(team.members[0].outcome == -1);
    CU_ASSERT(strstr(team.members[0].error.text, "rank 1: contact of version") != NULL);
    tcp_listener_free(team.members[1].listener);
}

static void an_address_of_version_six_works_where_there_is_one(void)
{
    struct tcp_blob blob;
    struct tcp_contact contact;
    struct tcp_listener *listener = tcp_listen("::1", &blob, NULL);

    CU_ASSERT(tcp_listen("localhost", &blob, NULL) == NULL);
    if (!listener)
        return;
    CU_ASSERT(tcp_blob_read(&blob, &contact, NULL) == 0);
    CU_ASSERT(!strncmp(contact.address, "[::1]:", 6));
    tcp_listener_free(listener);
}

SUITE("trainer tcp meet",
      {"strangers neither harm nor block a meeting", strangers_neither_harm_nor_block_a_meeting},
      {"callers are bounded in number and time", callers_are_bounded_in_number_and_time},
      {"a rank that is not itself ends the meeting", a_rank_that_is_not_itself_ends_the_meeting},
      {"a rank that is gone ends the meeting", a_rank_that_is_gone_ends_the_meeting},
      {"a rank that does not come is named", a_rank_that_does_not_come_is_named},
      {"a rank that dies while others are awaited ends the meeting",
       a_rank_that_dies_while_others_are_awaited_ends_the_meeting},
      {"nobody gets the seat of another", nobody_gets_the_seat_of_another},
      {"a malformed blob is refused", a_malformed_blob_is_refused},
      {"an address of version six works where there is one",
       an_address_of_version_six_works_where_there_is_one})
