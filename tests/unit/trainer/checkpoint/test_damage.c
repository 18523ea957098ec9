/* Damage: whatever happens to a file of the newest checkpoint, it is found, named, and the next
 * older checkpoint is used. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/random.h"
#include "sample.h"
#include "support/check.h"

#define OLD "step-00000001.1.1"
#define NEW "step-00000002.1.1"

static const char *const files[] = {"rank-000.safetensors", "manifest.json"};

/* An older and a newer checkpoint. */
static const char *store_make(void)
{
    const char *directory = check_directory();

    sample_save(directory, 1, 1, 1);
    sample_save(directory, 2, 1, 1);
    return directory;
}

static void path_of(struct text *path, const char *directory, const char *step, const char *file)
{
    text_clear(path);
    text_addf(path, "%s/%s/%s", directory, step, file);
}

/* The older one is used and the newer one reported with the name of the file. */
static void check_older(const char *directory, const char *file)
{
    CLEAN(text) struct text skipped = {0};

    CU_ASSERT(sample_newest(directory, &skipped) == 1);
    CHECK_HAS(text_string(&skipped), NEW ": ");
    CHECK_HAS(text_string(&skipped), file);
}

static void bit_flip(const char *path, size_t bit)
{
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    unsigned char byte;

    CU_ASSERT(pread(descriptor, &byte, 1, (off_t)(bit / 8)) == 1);
    byte ^= (unsigned char)(1 << bit % 8);
    CU_ASSERT(pwrite(descriptor, &byte, 1, (off_t)(bit / 8)) == 1);
    close(descriptor);
}

static size_t length(const char *path)
{
    struct stat status = {0};

    CU_ASSERT(stat(path, &status) == 0 && status.st_size > 0);
    return (size_t)status.st_size;
}

static void every_flipped_bit_is_found(void)
{
    const char *directory = store_make();
    uint64_t random = check_seed();
    CLEAN(text) struct text path = {0};

    for (int i = 0; i < 2000; i++) {
        const char *file = files[random_below(&random, 4) == 0];
        size_t bit;

        path_of(&path, directory, NEW, file);
        bit = random_below(&random, 8 * length(path.data));
        bit_flip(path.data, bit);
        check_older(directory, file);
        bit_flip(path.data, bit);
    }
    CU_ASSERT(sample_newest(directory, NULL) == 2);
}

static void every_change_of_length_is_found(void)
{
    const char *directory = store_make();
    uint64_t random = check_seed();
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};

    for (int i = 0; i < 200; i++) {
        const char *file = files[i % 2];
        size_t size;

        path_of(&path, directory, NEW, file);
        CU_ASSERT(file_read(path.data, 1 << 20, &content, NULL) == 0);
        size = i < 4 ? (size_t)(i / 2) * (content.size + 1)
                     : random_below(&random, content.size + 5000);
        size += size == content.size;
        CU_ASSERT(truncate(path.data, (off_t)size) == 0);
        check_older(directory, file);
        CU_ASSERT(file_write(path.data, content.data, content.size, NULL) == 0);
    }
    CU_ASSERT(sample_newest(directory, NULL) == 2);
}

static void a_missing_file_is_found(void)
{
    for (int i = 0; i < 2; i++) {
        const char *directory = store_make();
        CLEAN(text) struct text path = {0};

        path_of(&path, directory, NEW, files[i]);
        CU_ASSERT(unlink(path.data) == 0);
        check_older(directory, files[i]);
        CU_ASSERT(mkdir(path.data, 0755) == 0);
        check_older(directory, files[i]);
    }
}

/* The same names and sizes, but of another step. */
static void a_stale_file_is_found(void)
{
    for (int i = 0; i < 2; i++) {
        const char *directory = store_make();
        CLEAN(text) struct text old = {0};
        CLEAN(text) struct text new = {0};
        CLEAN(text) struct text content = {0};

        path_of(&old, directory, OLD, files[i]);
        path_of(&new, directory, NEW, files[i]);
        CU_ASSERT(file_read(old.data, 1 << 20, &content, NULL) == 0);
        CU_ASSERT(file_write(new.data, content.data, content.size, NULL) == 0);
        check_older(directory, files[i]);
    }
}

static void a_checkpoint_under_the_name_of_another_is_found(void)
{
    const char *directory = store_make();
    CLEAN(text) struct text from = {0};
    CLEAN(text) struct text to = {0};

    path_of(&from, directory, OLD, "");
    path_of(&to, directory, "step-00000003.1.1", "");
    text_cut(&to, to.size - 1);
    CU_ASSERT(rename(from.data, to.data) == 0);
    CU_ASSERT(sample_newest(directory, &from) == 2);
    CHECK_HAS(from.data, "manifest.json is that of another checkpoint");
}

static void an_unfinished_one_is_not_looked_at(void)
{
    const char *directory = store_make();
    CLEAN(text) struct text from = {0};
    CLEAN(text) struct text to = {0};
    CLEAN(text) struct text skipped = {0};
    struct checkpoint *checkpoint = NULL;
    struct error error = {""};

    path_of(&from, directory, NEW, "");
    text_addf(&to, "%s/%s.tmp", directory, NEW);
    CU_ASSERT(rename(from.data, to.data) == 0);
    CU_ASSERT(sample_newest(directory, &skipped) == 1 && skipped.size == 0);
    CU_ASSERT(checkpoint_open(to.data, &checkpoint, &error) == -1);
    CHECK_HAS(error.text, "was not finished");
}

static void when_none_is_sound_that_is_said(void)
{
    const char *directory = store_make();
    struct checkpoint *checkpoint = NULL;
    CLEAN(text) struct text path = {0};
    struct error error = {""};

    for (int i = 0; i < 2; i++) {
        path_of(&path, directory, i ? OLD : NEW, files[i]);
        bit_flip(path.data, 100);
    }
    CU_ASSERT(checkpoint_newest(directory, NULL, &checkpoint, &error) == -1 && !checkpoint);
    CHECK_HAS(error.text, "none of the 2 checkpoints");
    CU_ASSERT(checkpoint_newest(check_directory(), NULL, &checkpoint, &error) == 1);
}

SUITE("trainer damage",
      {"every flipped bit is found", every_flipped_bit_is_found},
      {"every change of length is found", every_change_of_length_is_found},
      {"a missing file is found", a_missing_file_is_found},
      {"a stale file is found", a_stale_file_is_found},
      {"a checkpoint under the name of another is found",
       a_checkpoint_under_the_name_of_another_is_found},
      {"an unfinished one is not looked at", an_unfinished_one_is_not_looked_at},
      {"when none is sound that is said", when_none_is_sound_that_is_said})
