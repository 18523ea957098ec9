/* rundir - the directory of a local job. */
#include "cli/local/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/entropy.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/local/record.h"

#define ATTEMPT_LIMIT 64
#define VERDICT_LIMIT 16384

int rundir_open(struct rundir *rundir, const char *work, const char *name, struct error *error)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text lock = {0};
    CLEAN_FD int descriptor = -1;

    *rundir = (struct rundir){.lock = -1};
    text_addf(&path, "%s/.muster/%s", work, name);
    if (file_make_directories(path.data, error))
        return -1;
    text_addf(&lock, "%s/lock", path.data);
    descriptor = open(lock.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return error_errno(error, "cannot open %s", lock.data);
    if (flock(descriptor, LOCK_EX | LOCK_NB))
        return errno == EWOULDBLOCK
                   ? error_set(error, "job %s is running already (%s is locked)", name, lock.data)
                   : error_errno(error, "cannot lock %s", lock.data);
    rundir->lock = TAKE_FD(descriptor);
    rundir->path = memory_text(path.data);
    return 0;
}

/* The number of the last attempt, 0 when there was none. */
static int attempt_read(const struct rundir *rundir, uint32_t *attempt, struct error *error)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    int outcome;

    text_addf(&path, "%s/attempt", rundir->path);
    outcome = file_read(path.data, ATTEMPT_LIMIT, &content, error);
    if (outcome < 0)
        return -1;
    if (outcome == 0 && record_attempt(&content, attempt))
        return error_set(error, "%s does not hold a number", path.data);
    if (outcome > 0)
        *attempt = 0;
    return 0;
}

/* A secret that only the owner of the run can read. */
static int secret_make(struct rundir *rundir, struct error *error)
{
    CLEAN(text) struct text path = {0};
    CLEAN_FD int descriptor = -1;
    unsigned char bytes[(RUNDIR_SECRET - 1) / 2];

    entropy_fill(bytes, sizeof bytes);
    text_hex(rundir->secret, bytes, sizeof bytes);
    text_addf(&path, "%s/secret", rundir->path);
    if (unlink(path.data) && errno != ENOENT)
        return error_errno(error, "cannot replace %s", path.data);
    descriptor = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0 || file_put(descriptor, rundir->secret, RUNDIR_SECRET - 1))
        return error_errno(error, "cannot write %s", path.data);
    free(rundir->secret_file);
    rundir->secret_file = memory_text(path.data);
    return 0;
}

int rundir_attempt(struct rundir *rundir, uint32_t least, struct error *error)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text number = {0};
    CLEAN(text) struct text logs = {0};
    uint32_t last;

    if (attempt_read(rundir, &last, error))
        return -1;
    if (last < least)
        last = least;
    if (last == UINT32_MAX)
        return error_set(
            error, "%s: no attempt can follow number %u", rundir->path, (unsigned)last);
    text_addf(&path, "%s/attempt", rundir->path);
    text_addf(&number, "%u\n", (unsigned)last + 1);
    text_addf(&logs, "%s/attempt-%u", rundir->path, (unsigned)last + 1);
    if (file_remove_tree(logs.data, error) || file_make_directories(logs.data, error) ||
        file_write(path.data, number.data, number.size, error))
        return -1;
    rundir->attempt = last + 1;
    free(rundir->logs);
    rundir->logs = memory_text(logs.data);
    return secret_make(rundir, error);
}

int rundir_trust(struct rundir *rundir, const char *trust, struct error *error)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/trust", rundir->path);
    if (file_write(path.data, trust, strlen(trust), error))
        return -1;
    free(rundir->trust_file);
    rundir->trust_file = memory_text(path.data);
    return 0;
}

int rundir_verdict(const struct rundir *rundir,
                   uint32_t slot,
                   struct text *outcome,
                   struct text *text)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};

    text_addf(&path, "%s/verdict-%u", rundir->logs, (unsigned)slot);
    if (file_read(path.data, VERDICT_LIMIT, &content, NULL))
        return 1;
    return record_verdict(&content, outcome, text);
}

void rundir_done(struct rundir *rundir)
{
    if (rundir->secret_file)
        unlink(rundir->secret_file);
    free(rundir->path);
    free(rundir->logs);
    free(rundir->secret_file);
    free(rundir->trust_file);
    if (rundir->lock >= 0)
        close(rundir->lock);
    *rundir = (struct rundir){.lock = -1};
}
