/* Metrics and health of an agent, as a scraper gets them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/net.h"
#include "support/check.h"
#include "support/promtool.h"

#define PATIENT CLOCK_SECONDS(20)

/* An agent with two ranks, and a scraper on the same loop. */
struct scene {
    struct agent agent;
    struct settings settings;
    struct watch scraper;
    struct timer guard;
    struct text reply;
};

static void on_reply(void *context, uint32_t events)
{
    struct scene *scene = context;
    char bytes[4096];
    ssize_t got = read(scene->scraper.descriptor, bytes, sizeof bytes);

    (void)events;
    if (got > 0)
        text_add_bytes(&scene->reply, bytes, (size_t)got);
    else
        loop_stop(&scene->agent.loop);
}

static void on_guard(void *context)
{
    CU_FAIL("no reply came");
    loop_stop(context);
}

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    struct agent *agent = &scene->agent;
    const struct lead_settings job = {.replicas = 3, .slots = 3, .ranks = 2};
    struct identity self = {.slot = 1, .life = {9, 9}};

    scene->settings.metrics = "127.0.0.1:0";
    agent->settings = &scene->settings;
    agent->self = self;
    CU_ASSERT_FATAL(loop_init(&agent->loop, NULL) == 0);
    member_init(&agent->member, &self, 1);
    lead_init(&agent->lead, &self, &job);
    ranks_init(&agent->ranks, 2, 1);
    CU_ASSERT_FATAL(exposition_open(agent, NULL) == 0);
    scene->guard = (struct timer){.call = on_guard, .context = &agent->loop};
    return scene;
}

static void scene_free(struct scene *scene)
{
    exposition_close(&scene->agent);
    lead_done(&scene->agent.lead);
    loop_done(&scene->agent.loop);
    text_done(&scene->reply);
    free(scene);
}

/* What is served below `path`. */
static const char *scrape(struct scene *scene, const char *path)
{
    CLEAN(text) struct text request = {0};
    char address[32];
    int socket;

    snprintf(address, sizeof address, "127.0.0.1:%d", http_port(scene->agent.http));
    socket = net_connect(address, NULL);
    CU_ASSERT_FATAL(socket >= 0);
    scene->scraper = (struct watch){.call = on_reply, .context = scene};
    text_addf(&request, "GET %s HTTP/1.1\r\n\r\n", path);
    text_clear(&scene->reply);
    CU_ASSERT(write(socket, request.data, request.size) == (ssize_t)request.size);
    CU_ASSERT(loop_add(&scene->agent.loop, &scene->scraper, socket, EPOLLIN, NULL) == 0);
    loop_timer(&scene->agent.loop, &scene->guard, clock_now() + PATIENT);
    CU_ASSERT(loop_run(&scene->agent.loop, NULL) == 0);
    loop_cancel(&scene->agent.loop, &scene->guard);
    loop_remove(&scene->agent.loop, &scene->scraper);
    close(socket);
    return text_string(&scene->reply);
}

static void lacks(const char *text, const char *part)
{
    CU_ASSERT(strstr(text, part) == NULL);
}

static void metrics_say_what_the_agent_is(void)
{
    struct scene *scene = scene_new();
    const char *body;

    scene->agent.ward.events[HEALTH_HARD] = 3;
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "HTTP/1.1 200");
    CHECK_HAS(body, "\nmuster_agent_health_events_total{action=\"hard\"} 3\n");
    CHECK_HAS(body, "Content-Type: text/plain; version=0.0.4; charset=utf-8");
    CHECK_HAS(body, "muster_build_info{version=\"");
    CHECK_HAS(body, "\nmuster_agent_state{state=\"outside\"} 1\n");
    CHECK_HAS(body, "\nmuster_agent_lead 0\n");
    CHECK_HAS(body, "\nmuster_generation 0\n");
    CHECK_HAS(body, "\nmuster_directory_up 1\n");
    CHECK_HAS(body, "\nmuster_checkpoint_failing 0\n");
    CHECK_HAS(body, "\nmuster_rank_state{local_rank=\"0\",state=\"down\"} 1\n");
    CHECK_HAS(body, "\nmuster_rank_up{local_rank=\"1\"} 0\n");
    CHECK_HAS(body, "\nmuster_agent_beats_missed_total 0\n");
    CHECK_HAS(body, "\nmuster_agent_leases_expired_total 0\n");
    CHECK_HAS(body, "\nmuster_agent_sessions_replaced_total 0\n");
    CHECK_HAS(body, "\nmuster_agent_probes_total 0\n");
    CHECK_HAS(body, "\nmuster_agent_hangs_total{of=\"rank\"} 0\n");
    CHECK_HAS(body, "\nmuster_generations_total 0\n");
    CHECK_HAS(body, "\nmuster_ranks_ready 0\n");
    lacks(body, "muster_step{");
    lacks(body, "muster_members");
    lacks(body, "muster_rank_info");
    lacks(body, "muster_certificate_end_seconds");
    lacks(body, "NaN");
    promtool_check(body);

    scene->agent.member.state = MEMBER_RUNNING;
    scene->agent.member.base.generation = 7;
    scene->agent.member.base.count = 3;
    scene->agent.lead.state = LEAD_RUN;
    scene->agent.standing = DIRECTORY_AWAY;
    scene->agent.unsaved[0] = 'x';
    scene->agent.hangs[HANG_RANK] = 3;
    scene->agent.hangs[HANG_ALL] = 2;
    scene->agent.ranks.items[0].state = RANK_RUNNING;
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "\nmuster_agent_state{state=\"running\"} 1\n");
    lacks(body, "state=\"outside\"");
    CHECK_HAS(body, "\nmuster_agent_lead 1\n");
    CHECK_HAS(body, "\nmuster_generation 7\n");
    CHECK_HAS(body, "\nmuster_members 3\n");
    CHECK_HAS(body, "\nmuster_ranks_ready 1\n");
    CHECK_HAS(body, "\nmuster_directory_up 0\n");
    CHECK_HAS(body, "\nmuster_checkpoint_failing 1\n");
    CHECK_HAS(body, "\nmuster_agent_hangs_total{of=\"rank\"} 3\n");
    CHECK_HAS(body, "\nmuster_agent_hangs_total{of=\"all\"} 2\n");
    CHECK_HAS(body, "\nmuster_rank_state{local_rank=\"0\",state=\"running\"} 1\n");
    lacks(body, "local_rank=\"0\",state=\"down\"");
    scene_free(scene);
}

/* Nothing is known of it but its process. */
static void a_foreign_rank_is_up_while_its_process_lives(void)
{
    struct scene *scene = scene_new();
    const char *body;

    ranks_foreign(&scene->agent.ranks);
    scene->agent.ranks.items[0].state = RANK_DONE;
    scene->agent.ranks.items[1].state = RANK_LEAVING;
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "\nmuster_rank_up{local_rank=\"0\"} 0\n");
    CHECK_HAS(body, "\nmuster_rank_up{local_rank=\"1\"} 1\n");
    lacks(body, "muster_step{");
    scene_free(scene);
}

static void a_rank_says_which_one_it_is_while_it_has_a_place(void)
{
    struct scene *scene = scene_new();
    const struct identity first = {.slot = 0, .life = {1, 1}};
    const char *body;

    view_add(&scene->agent.member.assigned, &first);
    view_add(&scene->agent.member.assigned, &scene->agent.self);
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "\nmuster_rank_info{local_rank=\"0\",rank=\"2\"} 1\n");
    CHECK_HAS(body, "\nmuster_rank_info{local_rank=\"1\",rank=\"3\"} 1\n");
    scene->agent.member.assigned.count = 0;
    lacks(scrape(scene, "/metrics"), "muster_rank_info");
    scene_free(scene);
}

static void the_page_of_a_rank_is_exposed(void)
{
    struct scene *scene = scene_new();
    struct link_page *page = memory_get(1, LINK_PAGE);
    const char *body;

    scene->agent.links[1].page = page;
    scene->agent.ranks.items[1].state = RANK_RUNNING;
    atomic_store(&page->committed, 41);
    atomic_store(&page->total, 100);
    atomic_store(&page->epoch, 2);
    atomic_store(&page->loss, 0.5);
    atomic_store(&page->accuracy, 0.25);
    atomic_store(&page->validated, 30);
    atomic_store(&page->samples, 640);
    atomic_store(&page->saved, 40);
    atomic_store(&page->phase, LINK_PHASE_TRAIN);
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "\nmuster_rank_up{local_rank=\"1\"} 1\n");
    CHECK_HAS(body, "\nmuster_rank_phase{local_rank=\"1\",phase=\"train\"} 1\n");
    CHECK_HAS(body, "\nmuster_step{local_rank=\"1\"} 41\n");
    CHECK_HAS(body, "\nmuster_steps_planned{local_rank=\"1\"} 100\n");
    CHECK_HAS(body, "\nmuster_epoch{local_rank=\"1\"} 2\n");
    CHECK_HAS(body, "\nmuster_loss{local_rank=\"1\"} 0.5\n");
    CHECK_HAS(body, "\nmuster_accuracy_ratio{local_rank=\"1\"} 0.25\n");
    CHECK_HAS(body, "\nmuster_samples_total{local_rank=\"1\"} 640\n");
    CHECK_HAS(body, "\nmuster_checkpoint_step{local_rank=\"1\"} 40\n");
    lacks(body, "muster_step{local_rank=\"0\"}");
    promtool_check(body);
    scene->agent.links[1].page = NULL;
    lacks(scrape(scene, "/metrics"), "muster_step{");
    free(page);
    scene_free(scene);
}

/* A page is zero until its rank has written it, and says 0 of what did not come yet. */
static void what_a_rank_has_not_said_is_left_out(void)
{
    static const char *const families[] = {
        "muster_steps_planned{",
        "muster_epoch{",
        "muster_loss{",
        "muster_accuracy_ratio{",
        "muster_checkpoint_step{",
        "muster_last_step_timestamp_seconds{",
    };
    struct scene *scene = scene_new();
    struct link_page *page = memory_get(1, LINK_PAGE);
    const char *body;

    scene->agent.links[0].page = page;
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "\nmuster_step{local_rank=\"0\"} 0\n");
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        lacks(body, families[i]);
    atomic_store(&page->committed, LINK_NO_STATE);
    atomic_store(&page->loss, NAN);
    lacks(scrape(scene, "/metrics"), "muster_step{");
    free(page);
    scene_free(scene);
}

static void repairs_are_counted_by_cause(void)
{
    struct scene *scene = scene_new();
    const struct incident incident = {.cause = CAUSE_AGENT_LOST,
                                      .seen = CLOCK_SECONDS(10),
                                      .revoked = CLOCK_MS(10010),
                                      .formed = CLOCK_MS(10110),
                                      .restored = CLOCK_MS(10210),
                                      .stepped = CLOCK_MS(10250),
                                      .steps_redone = 1};
    const char *body;

    exposition_repair(&scene->agent, &incident);
    exposition_repair(&scene->agent, &incident);
    exposition_repair(&scene->agent, &(struct incident){.cause = CAUSE_RANK_CRASH});
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "\nmuster_repairs_total{cause=\"AgentLost\",rung=\"4\"} 2\n");
    CHECK_HAS(body, "\nmuster_repairs_total{cause=\"RankCrashed\",rung=\"2\"} 1\n");
    CHECK_HAS(body, "\nmuster_repair_seconds_total{cause=\"AgentLost\",rung=\"4\"} 0.5\n");
    CHECK_HAS(body, "\nmuster_repair_phase_seconds_total{phase=\"revoke\"} 0.02\n");
    CHECK_HAS(body, "\nmuster_repair_phase_seconds_total{phase=\"form\"} 0.2\n");
    CHECK_HAS(body, "\nmuster_repair_phase_seconds_total{phase=\"restore\"} 0.2\n");
    CHECK_HAS(body, "\nmuster_repair_phase_seconds_total{phase=\"first_step\"} 0.08\n");
    CHECK_HAS(body, "\nmuster_steps_redone_total 2\n");
    promtool_check(body);
    scene_free(scene);
}

static void slowness_is_told_of_ranks_that_say_how_long_they_compute(void)
{
    struct scene *scene = scene_new();
    struct link_page *page = memory_get(1, LINK_PAGE);
    struct slow *slow = &scene->agent.slow;
    const char *body;

    slow_begin(slow, 1, 3, 0);
    slow->ranks[0].ratio = 0.875;
    slow->ranks[2].ratio = 1.25;
    exposition_slowness(&scene->agent);
    exposition_slow(&scene->agent);
    scene->agent.links[0].page = page;
    lacks(scrape(scene, "/metrics"), "muster_rank_compute_seconds_total{");
    atomic_store(&page->computed, 1500000000);
    atomic_store(&page->work, 10);
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "\nmuster_rank_slowness_ratio{rank=\"0\"} 0.875\n");
    CHECK_HAS(body, "\nmuster_rank_slowness_ratio{rank=\"2\"} 1.25\n");
    CHECK_HAS(body, "\nmuster_slow_ranks_total 1\n");
    CHECK_HAS(body, "\nmuster_rank_compute_seconds_total{local_rank=\"0\"} 1.5\n");
    lacks(body, "ratio{rank=\"1\"}");
    promtool_check(body);
    slow_end(slow);
    exposition_slowness(&scene->agent);
    lacks(scrape(scene, "/metrics"), "muster_rank_slowness_ratio{");
    free(page);
    scene_free(scene);
}

static void what_happens_here_is_counted(void)
{
    struct scene *scene = scene_new();
    const char *body;

    exposition_started(&scene->agent, 1);
    exposition_started(&scene->agent, 1);
    exposition_fault(&scene->agent, CAUSE_HANG);
    exposition_generation(&scene->agent);
    exposition_unsaved(&scene->agent);
    exposition_stepped(&scene->agent, 0);
    exposition_saved(&scene->agent, 0);
    scene->agent.incidents_lost = 4;
    body = scrape(scene, "/metrics");
    CHECK_HAS(body, "\nmuster_rank_starts_total{local_rank=\"1\"} 2\n");
    CHECK_HAS(body, "\nmuster_rank_faults_total{cause=\"RankHung\"} 1\n");
    CHECK_HAS(body, "\nmuster_generations_total 1\n");
    CHECK_HAS(body, "\nmuster_checkpoint_failures_total 1\n");
    CHECK_HAS(body, "\nmuster_last_step_timestamp_seconds{local_rank=\"0\"} 1");
    CHECK_HAS(body, "\nmuster_checkpoint_timestamp_seconds{local_rank=\"0\"} 1");
    CHECK_HAS(body, "\nmuster_incidents_lost_total 4\n");
    promtool_check(body);
    scene_free(scene);
}

static void health_is_the_state_of_the_member(void)
{
    struct scene *scene = scene_new();

    scene->agent.member.state = MEMBER_ORPHAN;
    CHECK_HAS(scrape(scene, "/healthz"), "HTTP/1.1 200");
    CHECK_HAS(scrape(scene, "/healthz"), "\r\n\r\norphan\n");
    CHECK_HAS(scrape(scene, "/nothing"), "HTTP/1.1 404");
    scene_free(scene);
}

static void an_agent_without_an_address_for_metrics_serves_none(void)
{
    struct scene *scene = scene_new();

    exposition_close(&scene->agent);
    scene->agent.http = NULL;
    scene->settings.metrics = NULL;
    CU_ASSERT(exposition_open(&scene->agent, NULL) == 0);
    CU_ASSERT(scene->agent.http == NULL);
    exposition_close(&scene->agent);
    scene->settings.metrics = "nowhere";
    CU_ASSERT(exposition_open(&scene->agent, NULL) == -1);
    scene_free(scene);
}

SUITE("agent exposition",
      {"metrics say what the agent is", metrics_say_what_the_agent_is},
      {"a foreign rank is up while its process lives",
       a_foreign_rank_is_up_while_its_process_lives},
      {"a rank says which one it is while it has a place",
       a_rank_says_which_one_it_is_while_it_has_a_place},
      {"the page of a rank is exposed", the_page_of_a_rank_is_exposed},
      {"what a rank has not said is left out", what_a_rank_has_not_said_is_left_out},
      {"repairs are counted by cause", repairs_are_counted_by_cause},
      {"slowness is told of ranks that say how long they compute",
       slowness_is_told_of_ranks_that_say_how_long_they_compute},
      {"what happens here is counted", what_happens_here_is_counted},
      {"health is the state of the member", health_is_the_state_of_the_member},
      {"an agent without an address for metrics serves none",
       an_agent_without_an_address_for_metrics_serves_none})
