/* Addresses are numeric and unambiguous; sockets do not block, are not inherited, and meet. */
#include "base/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "support/check.h"
#include "support/fault.h"

#define TOO_LONG                                                                                   \
    "1111111111111111111111111111111111111111111111111111111111111111111111111111111111111:80"

static void addresses_are_read(void)
{
    struct net_address address;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    CU_ASSERT(net_parse("127.0.0.1:80", &address, NULL) == 0 && address.size == sizeof v4);
    memcpy(&v4, &address.storage, sizeof v4);
    CU_ASSERT(v4.sin_family == AF_INET && ntohs(v4.sin_port) == 80);
    CU_ASSERT(ntohl(v4.sin_addr.s_addr) == INADDR_LOOPBACK);
    CU_ASSERT(net_parse("[::1]:65535", &address, NULL) == 0 && address.size == sizeof v6);
    memcpy(&v6, &address.storage, sizeof v6);
    CU_ASSERT(v6.sin6_family == AF_INET6 && ntohs(v6.sin6_port) == 65535);
    CU_ASSERT(IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr));
    CU_ASSERT(net_parse("0.0.0.0:0", &address, NULL) == 0);
    CU_ASSERT(net_parse("[::ffff:10.0.0.1]:1", &address, NULL) == 0);
}

static void what_is_no_address_is_refused_and_nothing_is_written(void)
{
    static const char *const wrong[] = {
        "",
        ":",
        "80",
        ":80",
        "127.0.0.1",
        "127.0.0.1:",
        "1.2.3:80",
        "1.2.3.4:x",
        "1.2.3.4:-1",
        "1.2.3.4:65536",
        "1.2.3.4: 80",
        "1.2.3.4:+80",
        "host:80",
        "localhost:80",
        "[::1]",
        "[::1]:",
        "[::1:80",
        "::1]:80",
        "::1:80",
        "[1.2.3.4]:80",
        "[]:80",
        "[[::1]]:80",
        " 1.2.3.4:80",
        "1.2.3.4:80 ",
        "[fe80::1%lo]:80",
        TOO_LONG,
    };
    struct net_address before;
    struct net_address address;

    memset(&before, 0x5a, sizeof before);
    memcpy(&address, &before, sizeof address);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error = {""};

        CU_ASSERT(net_parse(wrong[i], &address, &error) == -1);
        CU_ASSERT(strstr(error.text, "is not a numeric address with a port") != NULL);
        if (net_parse(wrong[i], &address, NULL) == 0)
            printf("taken: %s\n", wrong[i]);
    }
    CU_ASSERT(address.size == before.size &&
              !memcmp(&address.storage, &before.storage, sizeof before.storage));
}

static void a_host_stands_before_the_port_without_brackets(void)
{
    static const char *const rows[][2] = {{"127.0.0.1:80", "127.0.0.1"},
                                          {"[::1]:7000", "::1"},
                                          {"[fe80::1%eth0]:0", "fe80::1%eth0"},
                                          {"node-7.cluster:29500", "node-7.cluster"},
                                          {"", ""},
                                          {":80", ""},
                                          {"[]:80", ""},
                                          {"127.0.0.1", ""},
                                          {"127.0.0.1:", ""},
                                          {"127.0.0.1:x", ""},
                                          {"127.0.0.1:65536", ""},
                                          {"[::1]", ""},
                                          {TOO_LONG, ""}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char host[NET_ADDRESS] = "before";

        net_host(rows[i][0], host);
        CHECK_TEXT(host, rows[i][1]);
    }
}

/* Waits until the socket can be written, and returns how the connection ended up. */
static int outcome_of(int descriptor)
{
    struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
    int outcome = -1;
    socklen_t size = sizeof outcome;

    if (poll(&ready, 1, 5000) != 1 || getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &outcome, &size))
        return -1;
    return outcome;
}

static void meet(const char *host)
{
    char address[NET_ADDRESS];
    CLEAN_FD int listening = -1;
    CLEAN_FD int dialed = -1;
    CLEAN_FD int accepted = -1;
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    struct pollfd ready;

    snprintf(address, sizeof address, "%s:0", host);
    listening = net_listen(address, 4, NULL);
    CU_ASSERT_FATAL(listening >= 0 && net_port(listening) > 0);
    snprintf(address, sizeof address, "%s:%d", host, net_port(listening));
    dialed = net_connect(address, NULL);
    CU_ASSERT_FATAL(dialed >= 0);
    CU_ASSERT(outcome_of(dialed) == 0);
    ready = (struct pollfd){.fd = listening, .events = POLLIN};
    CU_ASSERT(poll(&ready, 1, 5000) == 1);
    accepted = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    CU_ASSERT(accepted >= 0);
    CU_ASSERT(fcntl(listening, F_GETFL) & O_NONBLOCK && fcntl(dialed, F_GETFL) & O_NONBLOCK);
    CU_ASSERT(fcntl(listening, F_GETFD) == FD_CLOEXEC && fcntl(dialed, F_GETFD) == FD_CLOEXEC);
    CU_ASSERT(getsockopt(dialed, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size) == 0 && no_delay);
}

static void sockets_meet_over_both_families(void)
{
    int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int has_v6 = probe >= 0 && bind(probe, (struct sockaddr *)&any, sizeof any) == 0;

    if (probe >= 0)
        close(probe);
    meet("127.0.0.1");
    if (has_v6)
        meet("[::1]");
}

static void a_taken_port_and_a_closed_one_are_told(void)
{
    char address[NET_ADDRESS];
    struct error error = {""};
    int listening = net_listen("127.0.0.1:0", 1, NULL);
    int dialed;

    CU_ASSERT_FATAL(listening >= 0);
    snprintf(address, sizeof address, "127.0.0.1:%d", net_port(listening));
    CU_ASSERT(net_listen(address, 1, &error) == -1);
    CU_ASSERT(strstr(error.text, address) && strstr(error.text, "Address already in use"));
    close(listening);
    dialed = net_connect(address, NULL);
    CU_ASSERT(dialed >= 0 ? outcome_of(dialed) == ECONNREFUSED : errno == ECONNREFUSED);
    if (dialed >= 0)
        close(dialed);
    CU_ASSERT(net_port(-1) == -1);
}

static void every_failing_call_is_told_and_leaves_no_descriptor(void)
{
    int descriptors = check_descriptors();

    for (int k = 1; k <= 3; k++) { /* socket, bind, listen */
        struct error error = {""};

        fault_arm(FAULT_SYSTEM, k);
        CU_ASSERT(net_listen("127.0.0.1:0", 1, &error) == -1);
        CU_ASSERT(fault_disarm() && error.text[0]);
    }
    for (int k = 1; k <= 2; k++) { /* socket, connect */
        struct error error = {""};

        fault_arm(FAULT_SYSTEM, k);
        CU_ASSERT(net_connect("127.0.0.1:1", &error) == -1);
        CU_ASSERT(fault_disarm() && error.text[0]);
    }
    CU_ASSERT(net_listen("nowhere:1", 1, NULL) == -1);
    CU_ASSERT(net_connect("nowhere:1", NULL) == -1);
    CU_ASSERT(check_descriptors() == descriptors);
}

SUITE("base net",
      {"addresses are read", addresses_are_read},
      {"what is no address is refused and nothing is written",
       what_is_no_address_is_refused_and_nothing_is_written},
      {"a host stands before the port without brackets",
       a_host_stands_before_the_port_without_brackets},
      {"sockets meet over both families", sockets_meet_over_both_families},
      {"a taken port and a closed one are told", a_taken_port_and_a_closed_one_are_told},
      {"every failing call is told and leaves no descriptor",
       every_failing_call_is_told_and_leaves_no_descriptor})
