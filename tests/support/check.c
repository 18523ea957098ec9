/* check - the main program of every unit test binary. */
#include "support/check.h"

#include <CUnit/Basic.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/entropy.h"
#include "base/file.h"

#define DIRECTORIES 512

static struct check_suite *suites;
static char *directories[DIRECTORIES];
static size_t directory_count;

const char *__asan_default_options(void);
const char *__tsan_default_options(void);

/* A program that is started by hand, for one suite, refuses memory as it does under make. */
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:detect_odr_violation=0";
}

/* Libraries that are not built for ThreadSanitizer are not judged by it: it does not see how they
 * order their threads. */
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1:ignore_noninstrumented_modules=1";
}

void check_register(struct check_suite *suite)
{
    struct check_suite **at = &suites;

    while (*at && strcmp((*at)->name, suite->name) < 0)
        at = &(*at)->next;
    suite->next = *at;
    *at = suite;
}

const char *check_directory(void)
{
    const char *base = getenv("TMPDIR");
    char *path;

    if (directory_count == DIRECTORIES ||
        asprintf(&path, "%s/muster-test-XXXXXX", base ? base : "/tmp") < 0 || !mkdtemp(path))
        abort();
    directories[directory_count++] = path;
    return path;
}

void check_text(const char *found, const char *wanted, const char *file, unsigned line)
{
    int equal = found && !strcmp(found, wanted);

    CU_assertImplementation(equal, line, "texts are equal", file, "", CU_FALSE);
    if (!equal)
        printf("\nfound:  %s\nwanted: %s\n", found ? found : "(NULL)", wanted);
}

void check_has(const char *found, const char *part, const char *file, unsigned line)
{
    int has = strstr(found, part) != NULL;

    CU_assertImplementation(has, line, "the text has the other in it", file, "", CU_FALSE);
    if (!has)
        printf("\n      found  %s\n      wanted %s\n", found, part);
}

int check_descriptors(void)
{
    DIR *open_now = opendir("/proc/self/fd");
    int count = 0;

    if (!open_now)
        abort();
    while (readdir(open_now))
        count++;
    closedir(open_now);
    return count - 3; /* ".", ".." and its own */
}

void check_captured(int stream, void (*act)(void *context), void *context, struct text *out)
{
    int file = memfd_create("captured", MFD_CLOEXEC);
    int kept = dup(stream);
    char chunk[4096];
    ssize_t got;

    fflush(stdout);
    if (file < 0 || kept < 0 || dup2(file, stream) < 0)
        abort();
    act(context);
    fflush(stdout);
    dup2(kept, stream);
    close(kept);
    for (off_t at = 0; (got = pread(file, chunk, sizeof chunk, at)) > 0; at += got)
        text_add_bytes(out, chunk, (size_t)got);
    close(file);
}

char *check_replaced(const char *text, const char *what, const char *with)
{
    const char *at = strstr(text, what);
    char *out;

    if (!at) {
        fprintf(stderr, "not there to be replaced: %s\n", what);
        abort();
    }
    if (asprintf(&out, "%.*s%s%s", (int)(at - text), text, with, at + strlen(what)) < 0)
        abort();
    return out;
}

unsigned long long check_seed(void)
{
    static unsigned long long seed;
    static int known;
    const char *given = getenv("SEED");

    if (!known) {
        known = 1;
        if (given)
            seed = strtoull(given, NULL, 0);
        else
            entropy_fill(&seed, sizeof seed);
        printf("SEED=%llu\n", seed);
    }
    return seed;
}

static void directories_remove(void)
{
    while (directory_count) {
        file_remove_tree(directories[--directory_count], NULL);
        free(directories[directory_count]);
    }
}

static int suites_add(const char *only)
{
    for (struct check_suite *suite = suites; suite; suite = suite->next) {
        CU_pSuite added;

        if (only && !strstr(suite->name, only))
            continue;
        added = CU_add_suite(suite->name, NULL, NULL);
        if (!added)
            return -1;
        for (size_t i = 0; i < suite->count; i++) {
            if (!CU_add_test(added, suite->tests[i].name, suite->tests[i].run))
                return -1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    unsigned failures;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (CU_initialize_registry() != CUE_SUCCESS || suites_add(argc > 1 ? argv[1] : NULL))
        return 2;
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures();
    if (!CU_get_number_of_asserts())
        failures++;
    CU_cleanup_registry();
    directories_remove();
    return failures ? 1 : 0;
}
