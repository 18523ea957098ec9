/* What is seen of a job while it runs: metrics and health, and a disk that is full. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/net.h"
#include "play.h"
#include "support/check.h"
#include "support/promtool.h"

#define REPLY    (1 << 16)
#define PATIENCE 5000 /* milliseconds */

static bool ready(int descriptor, short events)
{
    struct pollfd wanted = {.fd = descriptor, .events = events};

    return poll(&wanted, 1, PATIENCE) == 1;
}

/* Asks slot `slot` of a job for a page. Returns how many bytes came; `reply` is ended by a zero. */
static size_t page_get(int port, const char *path, char reply[REPLY])
{
    char address[NET_ADDRESS];
    char request[128];
    CLEAN_FD int descriptor = -1;
    size_t size = 0;
    ssize_t got;

    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    snprintf(request, sizeof request, "GET %s HTTP/1.0\r\n\r\n", path);
    reply[0] = '\0';
    descriptor = net_connect(address, NULL);
    if (descriptor < 0 || !ready(descriptor, POLLOUT) ||
        write(descriptor, request, strlen(request)) < 0)
        return 0;
    while (size < REPLY - 1 && ready(descriptor, POLLIN) &&
           (got = read(descriptor, reply + size, REPLY - 1 - size)) > 0)
        size += (size_t)got;
    reply[size] = '\0';
    return size;
}

/* A port whose next three are free as well, most likely. */
static int free_port(void)
{
    CLEAN_FD int descriptor = net_listen("127.0.0.1:0", 1, NULL);

    return net_port(descriptor) - 4;
}

static void every_agent_shows_metrics_and_health(void)
{
    const char *directory = check_directory();
    int port = free_port();
    char number[16];
    const char *const words[] = {"run", "job.yaml", "--metrics-port", number, NULL};
    static char reply[REPLY];
    struct play play;
    int process;

    snprintf(number, sizeof number, "%d", port);
    play_data(directory, 3000, 500);
    play_job(directory, 400);
    process = play_start(&play, directory, "muster", words);
    play_until(directory, "validation accuracy");
    for (int slot = 0; slot < 4; slot++) {
        CU_ASSERT(page_get(port + slot, "/healthz", reply) > 0);
        CU_ASSERT(strstr(reply, " 200 ") != NULL);
        CU_ASSERT(page_get(port + slot, "/metrics", reply) > 0);
        CU_ASSERT(strstr(reply, "\nmuster_generation 1\n") != NULL);
        CU_ASSERT(strstr(reply, "\nmuster_checkpoint_failing 0\n") != NULL);
        CU_ASSERT(strstr(reply, "\nmuster_ranks_ready 1\n") != NULL);
        CU_ASSERT(strstr(reply, "\nmuster_loss{local_rank=\"0\"} 0.") != NULL);
        CU_ASSERT(strstr(reply, "\nmuster_last_step_timestamp_seconds{") != NULL);
        promtool_check(reply);
        CU_ASSERT(page_get(port + slot, "/nothing", reply) > 0);
        CU_ASSERT(strstr(reply, " 404 ") != NULL);
    }
    kill(process, SIGINT);
    play_wait(&play, process);
    CU_ASSERT(play.code == 130);
}

static void a_full_disk_does_not_stop_training(void)
{
    const char *directory = check_directory();
    const char *const words[] = {"run", "job.yaml", "--result", "result.json", NULL};
    char path[256];
    struct play play;
    int process;

    play_data(directory, 3000, 500);
    play_job(directory, 40);
    snprintf(path, sizeof path, "%s/checkpoints", directory);
    CU_ASSERT_FATAL(mkdir(path, 0755) == 0);
    CU_ASSERT_FATAL(mount("none", path, "tmpfs", 0, "size=64k") == 0);
    process = play_start(&play, directory, "muster", words);
    play_until(directory, "No space left on device");
    play_until(directory, "after step 1840");
    CU_ASSERT(mount("none", path, "tmpfs", MS_REMOUNT, "size=64m") == 0);
    play_wait(&play, process);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_number(directory, "epochs") == 40);
    CU_ASSERT(play_repairs(directory) == 0);
    play_weights(directory);
    CU_ASSERT(umount(path) == 0);
}

SUITE("integration watched",
      {"every agent shows metrics and health", every_agent_shows_metrics_and_health},
      {"a full disk does not stop training", a_full_disk_does_not_stop_training})
