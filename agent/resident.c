/* resident - how much memory processes hold. */
#include "agent/resident.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#define LIMIT 16384 /* bytes of a file that are read */

static int proc_read(const char *proc, pid_t process, const char *name, struct text *content)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/%ld/%s", proc, (long)process, name);
    return file_read(path.data, LIMIT, content, NULL);
}

/* Reads a line of proc_pid_status(5), "\nRssAnon:\t     128 kB". 0 when it is not there. */
static int64_t kilobytes(const struct text *status, const char *name)
{
    const char *at = strstr(text_string(status), name);
    long long value = at ? strtoll(at + strlen(name), NULL, 10) : 0;

    return value > 0 && value < INT64_MAX / 4096 ? value * 1024 : 0;
}

int64_t resident_process(const char *proc, pid_t process)
{
    CLEAN(text) struct text status = {0};

    if (proc_read(proc, process, "status", &status))
        return 0;
    return kilobytes(&status, "\nRssAnon:") + kilobytes(&status, "\nRssShmem:");
}

/* The group of a process, proc_pid_stat(5): state, parent and group stand behind its name, which is
 * in parentheses and may hold anything. 0 when it cannot be read. */
static pid_t group_of(const char *proc, pid_t process)
{
    CLEAN(text) struct text stat = {0};
    const char *at;

    if (proc_read(proc, process, "stat", &stat))
        return 0;
    at = strrchr(text_string(&stat), ')');
    for (int i = 0; at && i < 3; i++)
        at = strchr(at + 1, ' ');
    return at ? (pid_t)strtol(at, NULL, 10) : 0;
}

int64_t resident_group(const char *proc, pid_t leader)
{
    DIR *processes = opendir(proc);
    const struct dirent *entry;
    int64_t sum = 0;
    int64_t process;

    if (!processes)
        return 0;
    while ((entry = readdir(processes))) {
        if (text_integer(entry->d_name, 1, INT32_MAX, &process) == 0 &&
            group_of(proc, (pid_t)process) == leader)
            sum += resident_process(proc, (pid_t)process);
    }
    closedir(processes);
    return sum;
}
