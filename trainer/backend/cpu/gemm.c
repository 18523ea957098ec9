/* cpu gemm - the seam to OpenBLAS; no other file calls it. */
#include <cblas.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "trainer/backend/cpu/cpu.h"

/* The serial build of OpenBLAS has one work buffer for the process and does not guard it. A rank
 * has one thread that computes, so this lock is never waited for; where ranks are threads of one
 * process it keeps their results right. */
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

int cpu_gemm(const struct backend *backend, const struct gemm *call, struct error *error)
{
    (void)backend;
    if (call->rows > INT_MAX || call->columns > INT_MAX || call->inner > INT_MAX)
        return error_set(error,
                         "a product of %lld x %lld x %lld is more than BLAS counts",
                         (long long)call->rows,
                         (long long)call->inner,
                         (long long)call->columns);
    pthread_mutex_lock(&library);
    cblas_sgemm(CblasRowMajor,
                call->transpose_a ? CblasTrans : CblasNoTrans,
                call->transpose_b ? CblasTrans : CblasNoTrans,
                (blasint)call->rows,
                (blasint)call->columns,
                (blasint)call->inner,
                (float)call->alpha,
                call->a,
                (blasint)(call->transpose_a ? call->rows : call->inner),
                call->b,
                (blasint)(call->transpose_b ? call->inner : call->columns),
                (float)call->beta,
                call->c,
                (blasint)call->columns);
    pthread_mutex_unlock(&library);
    return 0;
}

void cpu_gemm_name(char name[BACKEND_KERNELS])
{
    const char *config = openblas_get_config(); /* "OpenBLAS 0.3.21 NO_LAPACKE ..." */
    const char *version = strchr(config, ' ');
    size_t length;

    openblas_set_num_threads(1);
    version = version ? version + 1 : config;
    length = strcspn(version, " ");
    snprintf(name,
             BACKEND_KERNELS,
             "openblas-%.*s-%s",
             length > 16 ? 16 : (int)length,
             version,
             openblas_get_corename());
}
