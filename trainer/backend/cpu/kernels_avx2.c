/* cpu kernels - the loops for x86 processors with AVX2. */
#include "trainer/backend/cpu/kernels.h"

#if defined __x86_64__

/* As in kernels_baseline.c; the headers above are outside, so that nothing else is compiled so. */
#if defined __clang__
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC optimize("O3", "no-trapping-math", "no-math-errno", "fp-contract=off")
#pragma GCC target("avx2")
#endif

#include "trainer/backend/cpu/loops/activation.h"
#include "trainer/backend/cpu/loops/loss.h"
#include "trainer/backend/cpu/loops/optimizer.h"
#include "trainer/backend/cpu/loops/vector.h"

#define LOOPS_SET  cpu_kernels_avx2
#define LOOPS_NAME "avx2"
#include "trainer/backend/cpu/loops/table.h"

#if defined __clang__
#pragma clang attribute pop
#endif

#endif
