/* evidence - what the kernel says a process is doing. */
#include "agent/evidence.h"

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
