/* evidence - what the kernel says a process is doing. */
#include "agent/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#define LIMIT 4096

static int proc_read(const char *proc, pid_t process, const char *name, struct text *content)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/%ld/%s", proc, (long)process, name);
    return file_read(path.data, LIMIT, content, NULL);
}

/* The state's letter; 0 when it cannot be read. It stands behind the program's name, which is in
 * parentheses and may hold anything. */
static char state_of(const char *proc, pid_t process)
{
    CLEAN(text) struct text content = {0};
    const char *name_end;

    if (proc_read(proc, process, "stat", &content))
        return 0;
    name_end = strrchr(text_string(&content), ')');
    return name_end && name_end[1] == ' ' ? name_end[2] : 0;
}

bool evidence_stopped(const char *proc, pid_t process)
{
    char state = state_of(proc, process);

    return state == 'T' || state == 't';
}

/* Adds the first word of a file behind `what`. The kernel says that there is nothing to say with a
 * number in place of a name, or with anything else in place of a number. */
static void word_add(const char *proc,
                     pid_t process,
                     const char *name,
                     bool number,
                     const char *what,
                     struct text *out)
{
    CLEAN(text) struct text content = {0};

    if (proc_read(proc, process, name, &content) || !content.size)
        return;
    text_cut(&content, strcspn(content.data, " \n"));
    if (content.size && (strchr("0123456789", content.data[0]) != NULL) == number)
        text_addf(out, ", %s %s", what, content.data);
}

void evidence_add(const char *proc, pid_t process, struct text *out)
{
    char state = state_of(proc, process);

    text_addf(out, "process %ld", (long)process);
    if (state)
        text_addf(out, " is %c", state);
    word_add(proc, process, "wchan", false, "in", out);
    word_add(proc, process, "syscall", true, "system call", out);
}

/* Reads a file of the process's control group. Returns 0 or not. */
static int cgroup_read(const char *cgroup,
                       const struct text *membership,
                       const char *name,
                       struct text *content)
{
    CLEAN(text) struct text path = {0};
    const char *own = strstr(text_string(membership), "0::/");

    if (!own)
        return 1;
    own += strlen("0::");
    text_addf(&path, "%s%.*s/%s", cgroup, (int)strcspn(own, "\n"), own, name);
    return file_read(path.data, LIMIT, content, NULL);
}

/* The number behind a word of a file; negative when it is not there. */
static double number_of(const struct text *content, const char *word)
{
    const char *found = strstr(text_string(content), word);

    return found ? strtod(found + strlen(word), NULL) : -1;
}

void evidence_throttling(const char *proc, const char *cgroup, pid_t process, struct text *out)
{
    CLEAN(text) struct text membership = {0};
    CLEAN(text) struct text stat = {0};
    CLEAN(text) struct text pressure = {0};
    double times;

    if (proc_read(proc, process, "cgroup", &membership))
        return;
    if (cgroup_read(cgroup, &membership, "cpu.stat", &stat) == 0 &&
        (times = number_of(&stat, "nr_throttled ")) >= 0)
        text_addf(
            out, "throttled %.0f times, %.1f s", times, number_of(&stat, "throttled_usec ") / 1e6);
    if (cgroup_read(cgroup, &membership, "cpu.pressure", &pressure) == 0 &&
        number_of(&pressure, "some avg10=") >= 0)
        text_addf(out,
                  "%sCPU pressure %.1f %%",
                  out->size ? "; " : "",
                  number_of(&pressure, "some avg10="));
}
