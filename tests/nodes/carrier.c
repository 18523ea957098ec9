/* carrier - the wires between the machines of the tests. */
#include "carrier.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/random.h"

#define PACKET_MOST 65536
#define BATCH       64 /* packets of one machine, before the others have their turn */

/* On its way. */
struct packet {
    struct packet *next;
    int64_t due;
    size_t size;
    unsigned char bytes[];
};

/* A TCP connection by its ports: those of the lower machine first. */
struct flow {
    uint32_t machines[2];
    uint16_t ports[2];
    uint32_t epoch; /* of the path, when it began */
};

struct carrier;

struct wire {
    struct carrier *carrier;
    struct carrier_path *path;
    int device; /* of the machine at its end */
    struct packet *first;
    struct packet **last;
    struct timer timer;
};

struct machine {
    struct carrier *carrier;
    uint32_t index;
    struct watch watch;
};

struct carrier {
    struct loop loop;
    uint32_t count;
    uint64_t random;
    struct machine machines[CARRIER_MACHINES];
    struct wire wires[CARRIER_MACHINES][CARRIER_MACHINES];
    struct flow *flows;
    size_t flow_count;
    size_t flow_capacity;
};

/* Connections. */

static struct flow flow_of(uint32_t from, uint32_t to, const struct tcphdr *tcp)
{
    if (from < to)
        return (struct flow){.machines = {from, to}, .ports = {tcp->source, tcp->dest}};
    return (struct flow){.machines = {to, from}, .ports = {tcp->dest, tcp->source}};
}

/* What is known of the connection; what was not seen to begin has begun before all epochs. */
static struct flow *flow_find(struct carrier *carrier, const struct flow *wanted)
{
    for (size_t i = 0; i < carrier->flow_count; i++) {
        struct flow *flow = &carrier->flows[i];

        if (!memcmp(flow->machines, wanted->machines, sizeof flow->machines) &&
            !memcmp(flow->ports, wanted->ports, sizeof flow->ports))
            return flow;
    }
    memory_grow(
        &carrier->flows, &carrier->flow_capacity, carrier->flow_count + 1, sizeof *carrier->flows);
    carrier->flows[carrier->flow_count] = *wanted;
    return &carrier->flows[carrier->flow_count++];
}

/* Whether the packet belongs to a connection that began before the epoch. */
static bool is_forgotten(
    struct carrier *carrier, uint32_t from, uint32_t to, const unsigned char *packet, size_t size)
{
    uint32_t epoch = atomic_load(&carrier->wires[from][to].path->epoch);
    struct iphdr ip;
    struct tcphdr tcp;
    struct flow wanted;
    struct flow *flow;
    size_t header;

    memcpy(&ip, packet, sizeof ip);
    header = (size_t)ip.ihl * 4;
    if (!epoch || ip.protocol != IPPROTO_TCP || size < header + sizeof tcp)
        return false;
    memcpy(&tcp, packet + header, sizeof tcp);
    wanted = flow_of(from, to, &tcp);
    flow = flow_find(carrier, &wanted);
    if (tcp.syn && !tcp.ack)
        flow->epoch = epoch;
    return flow->epoch < epoch;
}

/* Packets. */

static void wire_deliver(void *context)
{
    struct wire *wire = context;
    int64_t now = clock_now();
    ssize_t written;

    while (wire->first && wire->first->due <= now) {
        struct packet *packet = wire->first;

        wire->first = packet->next;
        written = write(wire->device, packet->bytes, packet->size);
        (void)written; /* a link that is down takes nothing */
        free(packet);
    }
    if (wire->first)
        loop_timer(&wire->carrier->loop, &wire->timer, wire->first->due);
    else
        wire->last = &wire->first;
}

static void wire_carry(struct wire *wire, const unsigned char *bytes, size_t size)
{
    struct packet *packet = memory_get(1, sizeof *packet + size);

    packet->due = clock_now() + atomic_load(&wire->path->delay);
    packet->size = size;
    memcpy(packet->bytes, bytes, size);
    *wire->last = packet;
    wire->last = &packet->next;
    if (wire->first == packet)
        wire_deliver(wire);
}

static void machine_sent(const struct machine *machine, const unsigned char *packet, size_t size)
{
    struct carrier *carrier = machine->carrier;
    struct iphdr ip;
    struct wire *wire;
    uint32_t to;

    if (size < sizeof ip)
        return;
    memcpy(&ip, packet, sizeof ip);
    to = (ntohl(ip.daddr) & 0xff) - 1;
    if (ip.version != 4 || to >= carrier->count || to == machine->index)
        return;
    wire = &carrier->wires[machine->index][to];
    if (random_below(&carrier->random, CARRIER_ALL) < atomic_load(&wire->path->loss) ||
        is_forgotten(carrier, machine->index, to, packet, size))
        atomic_fetch_add(&wire->path->lost, 1);
    else
        wire_carry(wire, packet, size);
}

static void on_readable(void *context, uint32_t events)
{
    const struct machine *machine = context;
    static unsigned char packet[PACKET_MOST];
    ssize_t size;

    (void)events;
    for (int i = 0; i < BATCH; i++) {
        size = read(machine->watch.descriptor, packet, sizeof packet);
        if (size <= 0)
            return;
        machine_sent(machine, packet, (size_t)size);
    }
}

static void wires_make(struct carrier *carrier, const int *devices, struct carrier_paths *paths)
{
    for (uint32_t from = 0; from < carrier->count; from++) {
        for (uint32_t to = 0; to < carrier->count; to++) {
            struct wire *wire = &carrier->wires[from][to];

            *wire = (struct wire){.carrier = carrier,
                                  .path = &paths->from_to[from][to],
                                  .device = devices[to],
                                  .last = &wire->first,
                                  .timer = {.call = wire_deliver, .context = wire}};
        }
    }
}

void carrier_run(const int *devices, uint32_t count, struct carrier_paths *paths, uint64_t seed)
{
    struct carrier *carrier = memory_get(1, sizeof *carrier);
    struct error error;

    carrier->count = count;
    carrier->random = seed;
    wires_make(carrier, devices, paths);
    if (loop_init(&carrier->loop, &error))
        return;
    for (uint32_t i = 0; i < count; i++) {
        struct machine *machine = &carrier->machines[i];

        *machine = (struct machine){.carrier = carrier, .index = i};
        machine->watch = (struct watch){.call = on_readable, .context = machine};
        if (loop_add(&carrier->loop, &machine->watch, devices[i], EPOLLIN, &error))
            return;
    }
    loop_run(&carrier->loop, &error);
}
