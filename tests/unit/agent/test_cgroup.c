/* What is read of the kernel's files about the memory of a group. */
#include "agent/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

#define GIB   (INT64_C(1) << 30)
#define SWAPS "Filename Type Size Used Priority\n"
#define SWAP  "Filename Type Size Used Priority\n/dev/sda2 partition 7 1 -2\n"

static const char *const names[] = {"memory.max",
                                    "memory.current",
                                    "memory.stat",
                                    "memory.events",
                                    "memory.pressure",
                                    "memory.swap.max",
                                    "swaps"};

#define FILES (sizeof names / sizeof *names)

/* A group, by the contents of its files in that order; NULL = there is no such file. */
static const char *group_make(const char *const contents[FILES])
{
    const char *directory = check_directory();

    for (size_t i = 0; i < FILES; i++) {
        CLEAN(text) struct text path = {0};

        text_addf(&path, "%s/%s", directory, names[i]);
        if (contents[i])
            CU_ASSERT_FATAL(file_write(path.data, contents[i], strlen(contents[i]), NULL) == 0);
    }
    return directory;
}

static const char stat[] = "anon 800\nfile 4096\nkernel 7\ninactive_file 500000000\n"
                           "active_file 100000000\nslab_reclaimable 1000000\nslab 5\n";
static const char events[] =
    "low 0\nhigh 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 1\nsock_throttled 0\n";
static const char pressure[] = "some avg10=0.00 avg60=0.00 avg300=0.00 total=9000\n"
                               "full avg10=0.00 avg60=0.00 avg300=0.00 total=7100\n";

static void a_group_is_what_its_files_say(void)
{
    static const struct {
        const char *files[FILES];
        struct cgroup_memory memory;
    } rows[] = {
        {{"2147483648\n", "2000000000\n", stat, events, pressure, "max\n", SWAPS},
         {2 * GIB, 1399000000, 7100000, true, 3}},
        {{"2147483648\n", "1000000000\n", "odd", events, NULL, NULL, NULL}, /* half is enough */
         {2 * GIB, 1000000000, 0, true, 3}},
        {{"1073741824\n", "600000000\n", stat, NULL, "full total=", "0\n", SWAP},
         {GIB, 0, 0, false, 0}},
        {{"1073741824\n", "600000000\n", stat, NULL, pressure, "max\n", SWAP}, {0, 0, 0, false, 0}},
        {{"1073741824\n", "600000000\n", "inactive_file 5\n", events, pressure, NULL, NULL},
         {0, 0, 0, true, 3}},
        {{"1073741824\n", "600000000\n", NULL, "oom_kill x\n", pressure, NULL, NULL}, {0}},
        {{"1073741824\n", NULL, stat, "oom_group_kill 4\n", pressure, NULL, NULL}, {0}},
        {{"max\n", "600000000\n", stat, events, pressure, "max\n", SWAPS}, {0, 0, 0, true, 3}},
        {{"-5\n", "600000000\n", stat, "oom_kill 18446744073709551615\n", NULL, NULL, NULL},
         {0, 0, 0, true, INT64_MAX}},
        {{NULL}, {0}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *directory = group_make(rows[i].files);
        struct cgroup_memory memory;

        cgroup_read(directory, directory, &memory);
        CU_ASSERT(memory.limit == rows[i].memory.limit);
        CU_ASSERT(memory.held == rows[i].memory.held);
        CU_ASSERT(memory.stalled == rows[i].memory.stalled);
        CU_ASSERT(memory.counted == rows[i].memory.counted);
        CU_ASSERT(memory.kills == rows[i].memory.kills);
    }
}

/* A look that is only half true must not end anybody: then there is no limit. */
static void a_file_that_cannot_be_read_makes_nothing_of_the_group_larger(void)
{
    static const char *const files[FILES] = {
        "2147483648\n", "2000000000\n", stat, events, pressure, "0\n", SWAP};
    const char *directory = group_make(files);
    struct cgroup_memory memory;
    int failed = 1;

    for (int k = 1; failed; k++) {
        fault_arm(FAULT_OUTCOMES, k);
        cgroup_read(directory, directory, &memory);
        failed = fault_disarm();
        CU_ASSERT(!memory.limit || memory.held == 1399000000);
        CU_ASSERT(memory.counted ? memory.kills == 3 : memory.kills == 0);
        CU_ASSERT(memory.stalled == 7100000 || memory.stalled == 0);
    }
    CU_ASSERT(memory.limit == 2 * GIB);
}

static void the_own_group_is_found(void)
{
    static const struct {
        const char *content;
        const char *directory; /* behind the root; NULL = none */
    } rows[] = {
        {"0::/\n", "/"},
        {"0::/kubepods.slice/pod7/cri-71\n", "/kubepods.slice/pod7/cri-71"},
        {"4:memory:/a\n1:cpu:/b\n0::/user.slice\n", "/user.slice"},
        {"0::/unended", "/unended"},
        {"4:memory:/0::/a\n", NULL},
        {"0::a\n", NULL},
        {"", NULL},
        {NULL, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text proc = {0};
        CLEAN(text) struct text path = {0};
        CLEAN(text) struct text found = {0};
        const char *content = rows[i].content;

        text_addf(&proc, "%s", check_directory());
        text_addf(&path, "%s/self", proc.data);
        CU_ASSERT_FATAL(file_make_directories(path.data, NULL) == 0);
        text_add(&path, "/cgroup");
        if (content)
            CU_ASSERT_FATAL(file_write(path.data, content, strlen(content), NULL) == 0);
        CU_ASSERT(cgroup_find(proc.data, "", &found) == !rows[i].directory);
        CHECK_TEXT(text_string(&found), rows[i].directory ? rows[i].directory : "");
    }
}

static void a_trigger_is_written_where_that_is_allowed(void)
{
    static const char *const files[FILES] = {[4] = ""};
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    const char *directory = group_make(files);
    int before = check_descriptors();
    int trigger = -1;

    for (int k = 1; trigger < 0; k++) {
        fault_arm(FAULT_SYSTEM, k);
        trigger = cgroup_trigger(directory);
        CU_ASSERT((trigger < 0) == fault_disarm());
        CU_ASSERT(check_descriptors() == before + (trigger >= 0));
    }
    CU_ASSERT(fcntl(trigger, F_GETFL) & O_NONBLOCK);
    close(trigger);
    text_addf(&path, "%s/memory.pressure", directory);
    CU_ASSERT(file_read(path.data, 100, &content, NULL) == 0);
    CHECK_TEXT(text_string(&content), "some 100000 2000000");
    CU_ASSERT(unlink(path.data) == 0);
    CU_ASSERT(cgroup_trigger(directory) == -1);
}

SUITE("agent cgroup",
      {"a group is what its files say", a_group_is_what_its_files_say},
      {"a file that cannot be read makes nothing of the group larger",
       a_file_that_cannot_be_read_makes_nothing_of_the_group_larger},
      {"the own group is found", the_own_group_is_found},
      {"a trigger is written where that is allowed", a_trigger_is_written_where_that_is_allowed})
