/* cpu kernels - the sets of loops that this build holds. */
#ifndef TRAINER_BACKEND_CPU_KERNELS_H
#define TRAINER_BACKEND_CPU_KERNELS_H

#include "trainer/backend/cpu/cpu.h"

/* What every processor of the architecture can run. */
extern const struct cpu_kernels cpu_kernels_baseline;

#if defined __x86_64__
/* For processors with AVX2. */
extern const struct cpu_kernels cpu_kernels_avx2;
#endif

#endif
