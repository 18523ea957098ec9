/* processors - answers for sysconf in programs linked with --wrap=sysconf.
 *
 * gRPC sizes its thread pool by the processors of the host: 38 threads on 64 processors, in every
 * pod. Its work here is small; two are enough. */
#include <unistd.h>

#define PROCESSORS 2

long __real_sysconf(int name);
long __wrap_sysconf(int name);

long __wrap_sysconf(int name)
{
    long answer = __real_sysconf(name);

    if ((name == _SC_NPROCESSORS_CONF || name == _SC_NPROCESSORS_ONLN) && answer > PROCESSORS)
        return PROCESSORS;
    return answer;
}
