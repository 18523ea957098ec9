/* cgroup - what the kernel says of the memory of a control group, version 2. */
#include "agent/cgroup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define LIMIT 65536 /* bytes of a file that are read */
#define TRIGGER                                                                                    \
    "some 100000 2000000" /* microseconds; others than root may ask for two seconds only */

static int group_read(const char *directory, const char *name, struct text *content)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/%s", directory, name);
    return file_read(path.data, LIMIT, content, NULL);
}

/* Reads the number at the beginning of a text. Returns 0; 1 when there is none. */
static int number_read(const char *text, int64_t *number)
{
    char *end;
    long long value = strtoll(text, &end, 10);

    if (end == text || value < 0)
        return 1;
    *number = value;
    return 0;
}

/* What stands behind `name` in the line that it begins; NULL = there is none. */
static const char *line_find(const struct text *content, const char *name)
{
    size_t length = strlen(name);
    const char *at = text_string(content);

    while (strncmp(at, name, length) != 0) {
        at = strchr(at, '\n');
        if (!at)
            return NULL;
        at++;
    }
    return at + length;
}

static int field_read(const struct text *content, const char *name, int64_t *number)
{
    const char *at = line_find(content, name);

    return at ? number_read(at, number) : 1;
}

/* Reads a file that holds one number, or "max". */
static int64_t single_read(const char *directory, const char *name, int64_t absent)
{
    CLEAN(text) struct text content = {0};
    int64_t number;

    if (group_read(directory, name, &content) || number_read(text_string(&content), &number))
        return absent;
    return number;
}

/* Whether what does not fit is written to a disk: there is one for that, and the group may use it.
 * The first line of the list of them is its heading. */
static bool swaps(const char *proc, const char *directory)
{
    CLEAN(text) struct text list = {0};
    const char *line;

    if (group_read(proc, "swaps", &list))
        return false;
    line = strchr(text_string(&list), '\n');
    return line && line[1] && single_read(directory, "memory.swap.max", INT64_MAX) > 0;
}

/* What the kernel takes back before it ends anybody: files that it can read again, and memory of
 * its own. Files in memory are not among them. -1 when it cannot be read. */
static int64_t reclaimable(const char *directory)
{
    static const char *const names[] = {"active_file ", "inactive_file ", "slab_reclaimable "};
    CLEAN(text) struct text content = {0};
    int64_t sum = 0;
    int64_t part;

    if (group_read(directory, "memory.stat", &content))
        return -1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (field_read(&content, names[i], &part) || part > INT64_MAX / 8)
            return -1;
        sum += part;
    }
    return sum;
}

/* What of `current` bytes stays. More than half of the limit is looked at closely. -1 when that
 * cannot be known. */
static int64_t held(const char *directory, int64_t limit, int64_t current)
{
    int64_t back = current > limit / 2 ? reclaimable(directory) : 0;

    if (current < 0 || back < 0)
        return -1;
    return current > back ? current - back : 0;
}

/* Nanoseconds of the line "full avg10=0.00 avg60=0.00 avg300=0.00 total=71" in microseconds. */
static int64_t stalled(const char *directory)
{
    CLEAN(text) struct text content = {0};
    const char *total;
    int64_t microseconds;

    if (group_read(directory, "memory.pressure", &content))
        return 0;
    total = line_find(&content, "full ");
    total = total ? strstr(total, "total=") : NULL;
    if (!total || number_read(total + strlen("total="), &microseconds) ||
        microseconds > INT64_MAX / 1000)
        return 0;
    return microseconds * 1000;
}

int cgroup_find(const char *proc, const char *root, struct text *directory)
{
    CLEAN(text) struct text content = {0};
    CLEAN(text) struct text path = {0};
    const char *at;

    text_addf(&path, "%s/self", proc);
    if (group_read(path.data, "cgroup", &content))
        return 1;
    at = line_find(&content, "0::/");
    if (!at)
        return 1;
    text_addf(directory, "%s/%.*s", root, (int)strcspn(at, "\n"), at);
    return 0;
}

void cgroup_read(const char *proc, const char *directory, struct cgroup_memory *memory)
{
    CLEAN(text) struct text events = {0};
    int64_t kills;

    *memory = (struct cgroup_memory){.limit = single_read(directory, "memory.max", 0)};
    memory->counted = group_read(directory, "memory.events", &events) == 0 &&
                      field_read(&events, "oom_kill ", &kills) == 0;
    memory->kills = memory->counted ? (uint64_t)kills : 0;
    if (!memory->limit)
        return;
    memory->held = held(directory, memory->limit, single_read(directory, "memory.current", -1));
    if (memory->held < 0 || swaps(proc, directory)) {
        memory->limit = memory->held = 0;
        return;
    }
    memory->stalled = stalled(directory);
}

int cgroup_trigger(const char *directory)
{
    CLEAN(text) struct text path = {0};
    CLEAN_FD int descriptor = -1;

    text_addf(&path, "%s/memory.pressure", directory);
    descriptor = open(path.data, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0 || write(descriptor, TRIGGER, sizeof TRIGGER) != sizeof TRIGGER)
        return -1;
    return TAKE_FD(descriptor);
}
