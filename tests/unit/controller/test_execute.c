/* A job from its first status to its pods, against an API server: what is sent, in which order, and
 * what becomes of every answer. */
#include "controller/execute.h"

#include "support/check.h"
#include "town.h"

static void a_job_has_its_status_first_and_then_its_pods(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    CHECK_TEXT(text_string(&town.asked),
               "PATCH trainingjobs digits\nPOST pods digits-1-0-0\nPOST pods digits-1-1-0\n");
    town_close(&town);
}

SUITE("controller execute",
      {"a job has its status first and then its pods",
       a_job_has_its_status_first_and_then_its_pods})
