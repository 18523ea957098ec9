/* foreign - the processes of a trainer that is not ours: where they meet, and what they are told.
 *
 * The agent of rank 0 finds a free port for each generation. The port travels as the blob of rank 0
 * and is held until that process is started. */
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/keeper_link.h"
#include "agent/torchrun.h"
#include "base/net.h"

#define PORT_BYTES 2

/* Somebody else may take the port between the two; then the trainer fails, and the next generation
 * has another port. */
static void port_release(struct agent *agent)
{
    if (agent->port_held > 0)
        close(agent->port_held);
    agent->port_held = 0;
}

void foreign_place(struct agent *agent)
{
    bool six = strchr(agent->settings->host, ':') != NULL;
    struct blob *blob = &agent->ranks.items[0].blob;
    struct error error;
    int port;

    port_release(agent);
    *blob = (struct blob){.size = 0};
    if (view_find(&agent->member.assigned, &agent->self) != 0)
        return;
    agent->port_held = net_listen(six ? "[::]:0" : "0.0.0.0:0", 1, &error);
    if (agent->port_held < 0) {
        log_warning(&agent->log, "no free port for rank 0: %s", error.text);
        return;
    }
    port = net_port(agent->port_held);
    blob->size = PORT_BYTES;
    blob->bytes[0] = (unsigned char)(port >> 8);
    blob->bytes[1] = (unsigned char)port;
}

/* The port that the agent of rank 0 has found. */
static uint32_t port_of(const struct message *go)
{
    const struct blob *blob = go->blobs;

    if (!go->blob_count || blob->size != PORT_BYTES)
        return TORCHRUN_PORT;
    return (uint32_t)blob->bytes[0] << 8 | blob->bytes[1];
}

int foreign_words(struct agent *agent, uint32_t rank, struct error *error)
{
    extern char **environ;
    const struct view *view = &agent->member.assigned;
    const struct book_entry *first = book_find(&agent->book, &view->members[0]);
    char master[NET_ADDRESS];
    CLEAN(text) struct text words = {0};
    struct torchrun_place place = {.job = agent->scope.job,
                                   .attempt = agent->scope.attempt,
                                   .generation = view->generation,
                                   .group = (uint32_t)view_find(view, &agent->self),
                                   .groups = view->count,
                                   .local_rank = rank,
                                   .local_size = agent->ranks.count,
                                   .repairs = agent->facts.lead.rank_budget,
                                   .master = master,
                                   .port = port_of(&agent->go),
                                   .inherited = environ};
    int descriptor;

    net_host(first ? first->address : "", master);
    port_release(agent);
    torchrun_words(&place, &words);
    descriptor = file_memory("muster-environment", 0, error);
    if (descriptor < 0)
        return -1;
    if (file_put(descriptor, words.data, words.size)) {
        close(descriptor);
        return error_errno(error, "cannot keep an environment");
    }
    return descriptor;
}

bool foreign_runs(const struct agent *agent)
{
    for (uint32_t i = 0; i < agent->ranks.count; i++) {
        if (agent->ranks.items[i].state != RANK_RUNNING && agent->ranks.items[i].state != RANK_DONE)
            return false;
    }
    return true;
}
