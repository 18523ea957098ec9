/* trainer_link - the agent's end of the link to a trainer under test. */
#include "support/trainer_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"

void trainer_link_name(const char *variable, int descriptor)
{
    char text[16];

    snprintf(text, sizeof text, "%d", descriptor);
    setenv(variable, text, 1);
}

static void *page_of(int descriptor)
{
    void *page = mmap(NULL, LINK_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

    CU_ASSERT_FATAL(page != MAP_FAILED);
    return page;
}

void trainer_link_begin(struct trainer_link *link)
{
    int pair[2];
    int page = file_memory("page", LINK_PAGE, NULL);
    int control = file_memory("control", LINK_PAGE, NULL);

    CU_ASSERT_FATAL(page >= 0 && control >= 0);
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    link->socket = pair[0];
    link->page = page_of(page);
    link->control = page_of(control);
    trainer_link_name("MUSTER_LINK", pair[1]);
    trainer_link_name("MUSTER_PAGE", page);
    trainer_link_name("MUSTER_CONTROL", control);
}

void trainer_link_hide(void)
{
    unsetenv("MUSTER_LINK");
}

void trainer_link_end(struct trainer_link *link)
{
    munmap(link->page, LINK_PAGE);
    munmap(link->control, LINK_PAGE);
    if (link->socket >= 0)
        close(link->socket);
}
