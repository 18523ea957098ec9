/* backend - the backends by name. */
#include "trainer/backend/backend.h"

#include <string.h>

#include "trainer/backend/cpu/cpu.h"
#include "trainer/backend/ref/ref.h"

int backend_new(const char *name, struct backend **backend, struct error *error)
{
    if (!strcmp(name, "auto") || !strcmp(name, "cpu")) {
        *backend = cpu_new(cpu_kernels(0));
        return 0;
    }
    if (!strcmp(name, "ref")) {
        *backend = ref_new();
        return 0;
    }
    return error_set(error, "no backend is called '%s'; there are auto, cpu and ref", name);
}
