/* cpu kernels - the loops for every processor of the architecture. */
#include "trainer/backend/cpu/kernels.h"

/* A compiler may use vectors and may not change what is computed: no reassociation, no fusing. */
#if defined __clang__
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("O3", "no-trapping-math", "no-math-errno", "fp-contract=off")
#endif

#include "trainer/backend/cpu/loops/activation.h"
#include "trainer/backend/cpu/loops/loss.h"
#include "trainer/backend/cpu/loops/optimizer.h"
#include "trainer/backend/cpu/loops/vector.h"

#define LOOPS_SET  cpu_kernels_baseline
#define LOOPS_NAME "baseline"
#include "trainer/backend/cpu/loops/table.h"
