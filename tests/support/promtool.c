/* promtool - has the tool of Prometheus look at what is served as metrics. */
#include "support/promtool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/process.h"
#include "support/check.h"

#define MOST 4096 /* bytes of what it says that are shown */

/* A file in memory; the caller's. */
static int memory_file(const char *name, const char *content)
{
    int file = memfd_create(name, MFD_CLOEXEC);
    size_t size = strlen(content);

    CU_ASSERT_FATAL(file >= 0 && pwrite(file, content, size, 0) == (ssize_t)size);
    return file;
}

void promtool_check(const char *reply)
{
    static const char *const arguments[] = {"promtool", "check", "metrics", NULL};
    const char *body = strstr(reply, "\r\n\r\n");
    CLEAN_FD int page = memory_file("page", body ? body + 4 : "");
    CLEAN_FD int said = memory_file("said", "");
    CLEAN_FD int pidfd = -1;
    const struct process_descriptor descriptors[] = {{page, 0}, {said, 1}, {said, 2}};
    const struct process_spec spec = {
        .arguments = arguments, .descriptors = descriptors, .descriptor_count = 3};
    char words[MOST] = "";
    struct error error = {.text = ""};
    int status = -1;
    pid_t process;

    CU_ASSERT_FATAL(process_start(&spec, &process, &pidfd, &error) == 0);
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    CU_ASSERT(body && status == 0);
    if (pread(said, words, sizeof words - 1, 0) > 0)
        printf("\n%s\n", words);
}
