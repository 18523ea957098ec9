/* The world of one: it is joined at once, and a signal asks it to stop. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "trainer/world.h"

static void it_is_joined_at_once_by_one_rank(void)
{
    struct world *world = world_alone_new();
    struct comm *comm = NULL;
    struct world_place place;

    CU_ASSERT(world->table->join(world, NULL, &comm, &place, NULL) == 0);
    CU_ASSERT(place.rank == 0 && place.size == 1 && place.restore == WORLD_NO_STATE);
    CU_ASSERT(world->table->join(world, comm, &comm, &place, NULL) == 0);
    CU_ASSERT(world->table->finish(world, false, "{}", NULL) == WORLD_LEAVE);
    comm_free(comm);
    world->table->free(world);
}

/* Signals are sent to a child, so that none stays with the tests. What runs in the background of a
 * script ignores SIGINT. */
static void child(int number)
{
    struct world *world;
    int wrong;

    signal(number, SIG_DFL);
    world = world_alone_new();
    wrong = world->table->draining(world);
    raise(number);
    wrong |= !world->table->draining(world) || !world->table->draining(world);
    if (wrong)
        _exit(1);
    raise(number); /* the second one has its old effect */
    _exit(2);
}

static void a_signal_is_a_wish_and_the_second_ends_the_program(void)
{
    static const int signals[] = {SIGINT, SIGTERM};

    for (int i = 0; i < 2; i++) {
        int status = 0;
        pid_t pid = fork();

        if (!pid)
            child(signals[i]);
        CU_ASSERT(waitpid(pid, &status, 0) == pid);
        CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
    }
}

static void freeing_it_gives_the_signals_back(void)
{
    struct world *world = world_alone_new();
    sigset_t mask;

    CU_ASSERT(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0);
    CU_ASSERT(sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1);
    world->table->free(world);
    CU_ASSERT(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0);
    CU_ASSERT(sigismember(&mask, SIGINT) == 0 && sigismember(&mask, SIGTERM) == 0);
}

SUITE("trainer world alone",
      {"it is joined at once by one rank", it_is_joined_at_once_by_one_rank},
      {"a signal is a wish and the second ends the program",
       a_signal_is_a_wish_and_the_second_ends_the_program},
      {"freeing it gives the signals back", freeing_it_gives_the_signals_back})
