/* sizes - how many ranks a job may have. Pure.
 *
 * A step is made of micro-batches, which every rank takes the same number of: a world is legal when
 * it divides global / micro. Any legal world gives the same bits (trainer/comm/order.h). A trainer
 * of one's own may have any. */
#ifndef JOB_SIZES_H
#define JOB_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job;
struct training_batch;

#define SIZES_WORLD 1024 /* most ranks of a job */
#define SIZES_NEAR  6    /* most sizes that sizes_near gives */
#define SIZES_SET   (SIZES_WORLD / 8)

/* Whether `world` ranks can train with this batch. */
bool sizes_legal(const struct training_batch *batch, int64_t world);

/* Fills `sizes` (room for SIZES_NEAR) with the legal worlds nearest to `world`, three below and
 * three above at most, in rising order. Returns how many; at least one, for 1 is always legal. */
size_t sizes_near(const struct training_batch *batch, int64_t world, int64_t *sizes);

/* Which numbers of replicas a valid job may shrink to: bit n % 8 of byte n / 8 is set when it may
 * train with n, which is below spec.replicas. No bit is set for a job that is not elastic. */
void sizes_smaller(const struct job *job, unsigned char set[SIZES_SET]);

#endif
