/* output_memory - what the ranks of a pod said last, in memory that another process can look into.
 */
#include "agent/output_memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define NAME "muster-output-1" /* another number for another form */
#define LINK "/memfd:" NAME " (deleted)"

/* Making it. */

int output_memory_init(struct output_memory *memory, uint32_t count, struct error *error)
{
    size_t size = count * sizeof *memory->tails;
    CLEAN_FD int descriptor = memfd_create(NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    void *tails;

    if (descriptor < 0 || ftruncate(descriptor, (off_t)size) ||
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
        return error_errno(error, "cannot make the memory of the output");
    tails = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (tails == MAP_FAILED)
        return error_errno(error, "cannot map the memory of the output");
    *memory = (struct output_memory){tails, count, TAKE_FD(descriptor)};
    return 0;
}

void output_memory_done(struct output_memory *memory)
{
    if (!memory->tails)
        return;
    munmap(memory->tails, memory->count * sizeof *memory->tails);
    close(memory->descriptor);
    *memory = (struct output_memory){.descriptor = -1};
}

/* Reading it. */

static void directory_close(DIR **directory)
{
    if (*directory)
        closedir(*directory);
}

CLEANUP_DEFINE(directory, DIR *, directory_close)

/* Opens the memory among the files that the keeper has open. Returns its descriptor; -1 when there
 * is none. */
static int memory_open(const char *proc, pid_t keeper)
{
    CLEAN(text) struct text path = {0};
    CLEAN(directory) DIR *directory = NULL;
    const struct dirent *entry;
    int files;

    text_addf(&path, "%s/%ld/fd", proc, (long)keeper);
    directory = opendir(path.data);
    files = directory ? dirfd(directory) : -1;
    while (files >= 0 && (entry = readdir(directory))) {
        char link[sizeof LINK] = "";

        if (readlinkat(files, entry->d_name, link, sizeof link) == (ssize_t)sizeof link - 1 &&
            !memcmp(link, LINK, sizeof link - 1))
            return openat(files, entry->d_name, O_RDONLY | O_CLOEXEC);
    }
    return -1;
}

int output_memory_read(
    const char *proc, pid_t keeper, uint32_t rank, struct text *out, struct error *error)
{
    CLEAN_FD int descriptor = memory_open(proc, keeper);
    struct stat facts;
    struct tail *tails;
    size_t size;

    if (descriptor < 0) {
        error_set(error, "process %ld is no keeper of this user", (long)keeper);
        return 1;
    }
    if (fstat(descriptor, &facts))
        return error_errno(error, "cannot look at the output");
    size = (size_t)facts.st_size;
    if (rank >= size / sizeof *tails) {
        error_set(error, "there are %zu ranks here", size / sizeof *tails);
        return 2;
    }
    tails = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (tails == MAP_FAILED)
        return error_errno(error, "cannot map the output");
    tail_copy(&tails[rank], out);
    munmap(tails, size);
    return 0;
}
