/* lease - how long a session may be silent. */
#include "agent/lease.h"

void lease_begin(struct lease *lease, int64_t patience, int64_t now)
{
    *lease = (struct lease){.patience = patience, .since = now};
}

uint32_t lease_heard(struct lease *lease, int64_t now)
{
    int64_t gap = now - lease->since;
    uint32_t missed = 0;

    if (lease->spoken) {
        gaps_add(&lease->gaps, gap);
        /* Half a beat is what a beat may be late. */
        if (gap > LEASE_BEAT)
            missed = (uint32_t)((gap - LEASE_BEAT / 2) / LEASE_BEAT);
    }
    lease->spoken = true;
    lease->since = now;
    return missed;
}

void lease_renew(struct lease *lease, int64_t now)
{
    lease->since = now;
}

int64_t lease_end(const struct lease *lease)
{
    int64_t length = LEASE_FACTOR * gaps_p99(&lease->gaps);

    if (!lease->spoken)
        return lease->since + lease->patience;
    if (length < LEASE_LEAST)
        length = LEASE_LEAST;
    if (length > LEASE_MOST)
        length = LEASE_MOST;
    return lease->since + length;
}

bool lease_stalled(int64_t due, int64_t now)
{
    return now - due >= LEASE_BEAT;
}
