/* Metrics and health, as they are read. */
#include "controller/overview.h"

#include <string.h>

#include "support/check.h"
#include "support/promtool.h"
#include "town.h"

static bool all_is_listed(struct town *town)
{
    return controller_ready(&town->controller);
}

static bool pods_are_listed(struct town *town)
{
    return town->controller.pods_listed;
}

static bool pods_are_watched(struct town *town)
{
    return town->pods.watch != NULL;
}

static bool pods_are_troubled(struct town *town)
{
    return !town->controller.pods_well;
}

static bool is_failing_to_list_jobs(struct town *town)
{
    return town->mischief[0].times < 1000 && town->controller.pods_listed;
}

static void lacks(const char *text, const char *part)
{
    CU_ASSERT(strstr(text, part) == NULL);
}

/* Before anything was read, with jobs that cannot be, and then with everything. */
static void a_controller_is_ready_once_all_was_read(void)
{
    struct town town = {.version = 0};
    const char *page;

    town.mischief[0] = (struct town_mischief){"GET trainingjobs", TOWN_ANSWER, 403, "{}", 1000};
    town_open_so(&town);
    page = town_page(&town, "/healthz");
    CHECK_HAS(page, "HTTP/1.1 200 ");
    CHECK_HAS(page, "\r\n\r\nok\n");
    town_until(&town, is_failing_to_list_jobs);
    page = town_page(&town, "/readyz");
    CHECK_HAS(page, "HTTP/1.1 503 ");
    CHECK_HAS(page, "\r\n\r\nauthority: not read\ntokens: ok\njobs: not listed\npods: ok\n");
    CU_ASSERT_FATAL(keyring_own(&town.controller.keyring, NULL) == 0);
    town.mischief[0].times = 0;
    town_until(&town, all_is_listed);
    page = town_page(&town, "/readyz");
    CHECK_HAS(page, "HTTP/1.1 200 ");
    CHECK_HAS(page, "\r\n\r\nok\n");
    town_close(&town);
}

static void metrics_say_what_is_known(void)
{
    struct town town;
    const char *page;

    town_open(&town);
    town_until(&town, all_is_listed);
    page = town_page(&town, "/metrics");
    CHECK_HAS(page, "Content-Type: text/plain; version=0.0.4; charset=utf-8");
    CHECK_HAS(page, "\nmuster_pods 0\n");
    CHECK_HAS(page, "\nmuster_watch_up{kind=\"trainingjobs\"} 1\n");
    lacks(page, "muster_jobs{");
    town_job_runs(&town);
    page = town_page(&town, "/metrics");
    CHECK_HAS(page, "\nmuster_pods 2\n");
    CHECK_HAS(page, "\nmuster_jobs{state=\"Starting\"} 1\n");
    CHECK_HAS(page, "\nmuster_decisions_total{policy=\"begin\"} 1\n");
    CHECK_HAS(page, "\nmuster_api_requests_total{answer=\"done\"} ");
    CHECK_HAS(page, "\nmuster_api_writes_waiting 0\n");
    promtool_check(page);
    town_close(&town);
}

static void a_watch_that_is_troubled_is_down(void)
{
    struct town town;

    town_open(&town);
    town_until(&town, pods_are_listed);
    town_until(&town, all_is_listed);
    town_until(&town, pods_are_watched);
    town.mischief[0] = (struct town_mischief){"GET pods", TOWN_ANSWER, 403, "{}", 1000};
    api_cut(town.pods.watch);
    town_until(&town, pods_are_troubled);
    CHECK_HAS(town_page(&town, "/metrics"), "\nmuster_watch_up{kind=\"pods\"} 0\n");
    CHECK_HAS(town_page(&town, "/readyz"), "HTTP/1.1 200 ");
    town_close(&town);
}

SUITE("controller overview",
      {"a controller is ready once all was read", a_controller_is_ready_once_all_was_read},
      {"metrics say what is known", metrics_say_what_is_known},
      {"a watch that is troubled is down", a_watch_that_is_troubled_is_down})
