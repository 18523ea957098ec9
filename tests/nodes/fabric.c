/* fabric - machines as network namespaces. */
#include "fabric.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"

#define INTERFACE "net0"
#define MTU       9000

static int flags_set(int control, const char *name, bool up)
{
    struct ifreq request = {0};

    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(control, SIOCGIFFLAGS, &request))
        return -1;
    if (up)
        request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
    else
        request.ifr_flags = (short)(request.ifr_flags & ~IFF_UP);
    return ioctl(control, SIOCSIFFLAGS, &request);
}

static int address_set(int control, unsigned long what, const char *address)
{
    struct ifreq request = {.ifr_name = INTERFACE};
    struct sockaddr_in in = {.sin_family = AF_INET};

    inet_pton(AF_INET, address, &in.sin_addr);
    memcpy(&request.ifr_addr, &in, sizeof in);
    return ioctl(control, what, &request);
}

/* Gives the machine that this process is on its addresses. */
static int interface_begin(uint32_t machine)
{
    CLEAN_FD int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = INTERFACE};
    char address[INET_ADDRSTRLEN];

    snprintf(address, sizeof address, "10.77.0.%u", (unsigned)machine + 1);
    request.ifr_mtu = MTU;
    if (control < 0 || address_set(control, SIOCSIFADDR, address) ||
        address_set(control, SIOCSIFNETMASK, "255.255.255.0") ||
        ioctl(control, SIOCSIFMTU, &request) || flags_set(control, "lo", true))
        return -1;
    return flags_set(control, INTERFACE, true);
}

/* A tun device of the namespace that this process is in. */
static int device_open(void)
{
    struct ifreq request = {.ifr_name = INTERFACE, .ifr_flags = IFF_TUN | IFF_NO_PI};
    CLEAN_FD int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (device < 0 || ioctl(device, TUNSETIFF, &request))
        return -1;
    return TAKE_FD(device);
}

/* Makes a machine and stays on it. Returns its device, or -1. */
static int machine_make(struct fabric *fabric, uint32_t machine, const char *directory)
{
    char path[512];
    CLEAN_FD int file = -1;
    CLEAN_FD int device = -1;

    snprintf(path, sizeof path, "%s/machine-%u", directory, (unsigned)machine);
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || unshare(CLONE_NEWNET) || mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL))
        return -1;
    fabric->namespaces[machine] = open(path, O_RDONLY | O_CLOEXEC);
    device = device_open();
    if (fabric->namespaces[machine] < 0 || device < 0 || interface_begin(machine))
        return -1;
    return TAKE_FD(device);
}

static void carrier_start(struct fabric *fabric, const int *devices, uint64_t seed)
{
    fabric->carrier = fork();
    if (fabric->carrier == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        carrier_run(devices, fabric->count, fabric->paths, seed);
        _exit(1);
    }
}

int fabric_open(struct fabric *fabric,
                uint32_t count,
                const char *directory,
                uint64_t seed,
                struct error *error)
{
    int devices[CARRIER_MACHINES];

    *fabric = (struct fabric){.count = count};
    fabric->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    fabric->paths = mmap(
        NULL, sizeof *fabric->paths, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fabric->home < 0 || fabric->paths == MAP_FAILED)
        return error_errno(error, "cannot begin");
    for (uint32_t i = 0; i < count; i++) {
        devices[i] = machine_make(fabric, i, directory);
        if (devices[i] < 0)
            return error_errno(error, "cannot make machine %u", (unsigned)i);
    }
    fabric_leave(fabric);
    carrier_start(fabric, devices, seed);
    for (uint32_t i = 0; i < count; i++)
        close(devices[i]);
    return fabric->carrier < 0 ? error_errno(error, "cannot fork") : 0;
}

static void go_to(int namespace)
{
    if (setns(namespace, CLONE_NEWNET))
        abort(); /* nothing that is said from here on would be true */
}

void fabric_enter(const struct fabric *fabric, uint32_t machine)
{
    go_to(fabric->namespaces[machine]);
}

void fabric_leave(const struct fabric *fabric)
{
    go_to(fabric->home);
}

void fabric_link(const struct fabric *fabric, uint32_t machine, bool up)
{
    CLEAN_FD int control = -1;

    fabric_enter(fabric, machine);
    control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (flags_set(control, INTERFACE, up))
        abort();
    fabric_leave(fabric);
}

static bool is_meant(uint32_t wanted, uint32_t machine)
{
    return wanted == FABRIC_EVERY || wanted == machine;
}

/* The next path between such machines, from `*at` on; NULL behind the last. */
static struct carrier_path *path_next(struct fabric *fabric,
                                      uint32_t from,
                                      uint32_t to,
                                      uint32_t *at)
{
    while (*at < fabric->count * fabric->count) {
        uint32_t a = *at / fabric->count;
        uint32_t b = *at % fabric->count;

        ++*at;
        if (a != b && is_meant(from, a) && is_meant(to, b))
            return &fabric->paths->from_to[a][b];
    }
    return NULL;
}

void fabric_lose(struct fabric *fabric, uint32_t from, uint32_t to, uint32_t thousandths)
{
    struct carrier_path *path;
    uint32_t at = 0;

    while ((path = path_next(fabric, from, to, &at)))
        atomic_store(&path->loss, thousandths);
}

void fabric_delay(struct fabric *fabric, uint32_t from, uint32_t to, int64_t delay)
{
    struct carrier_path *path;
    uint32_t at = 0;

    while ((path = path_next(fabric, from, to, &at)))
        atomic_store(&path->delay, delay);
}

void fabric_forget(struct fabric *fabric, uint32_t machine)
{
    for (uint32_t other = 0; other < fabric->count; other++) {
        atomic_fetch_add(&fabric->paths->from_to[machine][other].epoch, 1);
        if (other != machine)
            atomic_fetch_add(&fabric->paths->from_to[other][machine].epoch, 1);
    }
}

void fabric_heal(struct fabric *fabric)
{
    fabric_lose(fabric, FABRIC_EVERY, FABRIC_EVERY, 0);
}

uint64_t fabric_lost(const struct fabric *fabric)
{
    uint64_t lost = 0;

    for (uint32_t from = 0; from < fabric->count; from++) {
        for (uint32_t to = 0; to < fabric->count; to++)
            lost += atomic_load(&fabric->paths->from_to[from][to].lost);
    }
    return lost;
}
