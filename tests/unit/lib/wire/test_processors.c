/* What gRPC is told of the processors of the host. The real sysconf is played. */
#include <unistd.h>

#include "support/check.h"

long __real_sysconf(int name);
long __wrap_sysconf(int name);

static long answer;

long __real_sysconf(int name)
{
    return name == _SC_NPROCESSORS_CONF || name == _SC_NPROCESSORS_ONLN ? answer : 4096;
}

static void no_more_than_two_processors_are_told(void)
{
    static const struct {
        long real;
        long told;
    } rows[] = {{-1, -1}, {1, 1}, {2, 2}, {3, 2}, {192, 2}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer = rows[i].real;
        CU_ASSERT(__wrap_sysconf(_SC_NPROCESSORS_CONF) == rows[i].told);
        CU_ASSERT(__wrap_sysconf(_SC_NPROCESSORS_ONLN) == rows[i].told);
    }
}

static void other_questions_are_passed_on(void)
{
    CU_ASSERT(__wrap_sysconf(_SC_PAGESIZE) == 4096);
}

SUITE("wire processors",
      {"no more than two processors are told", no_more_than_two_processors_are_told},
      {"other questions are passed on", other_questions_are_passed_on})
