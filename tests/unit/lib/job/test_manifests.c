/* The manifests of tests/manifests, which are also put to a real API server (tests/conformance):
 * lib/job accepts the good ones and names the one place that is wrong in each of the bad ones. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "job/load.h"
#include "support/check.h"

#define MANIFESTS "tests/manifests/"

/* The file's name, its content, and what loading says. */
struct tried {
    const char *name;
    struct text content;
    struct text report;
    int outcome;
};

static int is_manifest(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && !strcmp(dot, ".yaml");
}

static void try_one(const char *folder, const char *name, void (*judge)(const struct tried *tried))
{
    CLEAN(text) struct text path = {0};
    CLEAN(job) struct job job = {0};
    struct tried tried = {.name = name};
    struct load_source source = {.name = name};

    text_addf(&path, MANIFESTS "%s/%s", folder, name);
    CU_ASSERT_FATAL(file_read(path.data, 65536, &tried.content, NULL) == 0);
    source.bytes = text_string(&tried.content);
    source.size = tried.content.size;
    tried.outcome = load_job(&source, &job, &tried.report);
    judge(&tried);
    text_done(&tried.content);
    text_done(&tried.report);
}

/* Loads every manifest of a folder, of which there are at least `least`. */
static void try_all(const char *folder, int least, void (*judge)(const struct tried *tried))
{
    CLEAN(text) struct text path = {0};
    struct dirent **entries;
    int count;

    text_addf(&path, MANIFESTS "%s", folder);
    count = scandir(path.data, &entries, is_manifest, alphasort);
    CU_ASSERT_FATAL(count >= least);
    for (int i = 0; i < count; i++) {
        try_one(folder, entries[i]->d_name, judge);
        free(entries[i]);
    }
    free(entries);
}

static void is_accepted(const struct tried *tried)
{
    CU_ASSERT(tried->outcome == 0);
    CHECK_TEXT(text_string(&tried->report), "");
}

/* The first line is "# PATH"; the report is one line, "NAME:LINE: PATH: what is wrong". */
static void is_refused_for_its_place(const struct tried *tried)
{
    CLEAN(text) struct text wanted = {0};
    const char *path = text_string(&tried->content) + strlen("# ");
    const char *report = text_string(&tried->report);
    const char *after_line = strchr(report, ' ');

    text_add(&wanted, " ");
    text_add_bytes(&wanted, path, strcspn(path, "\n"));
    text_add(&wanted, ": ");
    CU_ASSERT(tried->outcome == 1);
    CU_ASSERT(!strncmp(report, tried->name, strlen(tried->name)));
    CU_ASSERT(after_line && !strncmp(after_line, wanted.data, wanted.size));
    CU_ASSERT(strchr(report, '\n') == strrchr(report, '\n'));
    if (!after_line || strncmp(after_line, wanted.data, wanted.size) != 0)
        printf("%s: wanted%s found %s\n", tried->name, wanted.data, report);
}

static void the_good_ones_are_accepted(void)
{
    try_all("good", 10, is_accepted);
}

static void each_bad_one_is_refused_for_its_place(void)
{
    try_all("bad", 30, is_refused_for_its_place);
}

static void what_only_a_pod_can_have_wrong_is_not_judged(void)
{
    try_all("pod", 5, is_accepted);
}

SUITE("job manifests",
      {"the good ones are accepted", the_good_ones_are_accepted},
      {"each bad one is refused for its place", each_bad_one_is_refused_for_its_place},
      {"what only a pod can have wrong is not judged",
       what_only_a_pod_can_have_wrong_is_not_judged})
