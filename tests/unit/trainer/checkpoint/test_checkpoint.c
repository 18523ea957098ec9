/* Checkpoints: what is saved is loaded, the newest of them first; a higher fence refuses. */
#include "trainer/checkpoint/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "sample.h"
#include "support/check.h"
#include "wire/fence.h"

static void what_is_saved_is_loaded(void)
{
    struct checkpoint_store store = {check_directory(), 3};
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text wanted = {0};
    struct sample sample;
    struct stat status;

    sample_init(&sample, 42, 2, 9);
    CU_ASSERT(checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, &path, NULL) ==
              0);
    text_addf(&wanted, "%s/step-00000042.2.9", store.directory);
    CHECK_TEXT(path.data, wanted.data);
    CU_ASSERT(sample_newest(store.directory, NULL) == 42);
    text_add(&path, "/rank-000.safetensors");
    CU_ASSERT(stat(path.data, &status) == 0 && status.st_size % 4 == 0);
}

static void a_checkpoint_of_the_same_id_is_replaced(void)
{
    struct checkpoint_store store = {check_directory(), 3};
    struct checkpoint *checkpoint = NULL;
    struct sample sample;

    sample_save(store.directory, 5, 1, 1);
    sample_init(&sample, 5, 1, 1);
    sample.facts.samples = 77;
    sample.values[0][0] = 1234;
    CU_ASSERT(checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, NULL) ==
              0);
    CU_ASSERT_FATAL(checkpoint_newest(store.directory, NULL, &checkpoint, NULL) == 0);
    sample_empty(&sample);
    CU_ASSERT(checkpoint_facts(checkpoint)->samples == 77);
    CU_ASSERT(checkpoint_load(checkpoint, sample.tensors, SAMPLE_TENSORS, NULL) == 0);
    CU_ASSERT(sample.values[0][0] == 1234);
    checkpoint_free(checkpoint);
}

static void only_the_newest_are_kept(void)
{
    struct checkpoint_store store = {check_directory(), 2};
    struct sample sample;
    CLEAN(text) struct text old = {0};
    struct stat status;

    for (int step = 1; step <= 4; step++) {
        sample_init(&sample, step, 1, 1);
        CU_ASSERT(checkpoint_save(
                      &store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, NULL) == 0);
    }
    CU_ASSERT(sample_newest(store.directory, NULL) == 4);
    text_addf(&old, "%s/step-00000003.1.1", store.directory);
    CU_ASSERT(stat(old.data, &status) == 0);
    text_clear(&old);
    text_addf(&old, "%s/step-00000002.1.1", store.directory);
    CU_ASSERT(stat(old.data, &status) == -1);
}

static void the_newest_is_of_the_highest_attempt_and_generation(void)
{
    const char *directory = check_directory();

    sample_save(directory, 90, 1, 3);
    sample_save(directory, 50, 1, 4);
    CU_ASSERT(sample_newest(directory, NULL) == 50);
    sample_save(directory, 60, 1, 4);
    CU_ASSERT(sample_newest(directory, NULL) == 60);
    sample_save(directory, 10, 2, 1);
    CU_ASSERT(sample_newest(directory, NULL) == 10);
}

static void a_higher_fence_refuses(void)
{
    struct checkpoint_store store = {check_directory(), 3};
    struct error error = {""};
    struct sample sample;

    sample_save(store.directory, 1, 1, 5);
    CU_ASSERT(fence_raise(store.directory, &(struct fence){1, 6}, NULL, NULL) == 0);
    sample_init(&sample, 2, 1, 5);
    CU_ASSERT(
        checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, &error) == -1);
    CHECK_HAS(error.text, "belongs to attempt 1, generation 6 by now");
    CU_ASSERT(sample_newest(store.directory, NULL) == 1);
    sample_save(store.directory, 2, 1, 6);
    sample_save(store.directory, 2, 2, 1);
}

static void a_fence_that_is_none_refuses(void)
{
    struct checkpoint_store store = {check_directory(), 3};
    CLEAN(text) struct text path = {0};
    struct error error = {""};
    struct sample sample;

    text_addf(&path, "%s/fence", store.directory);
    CU_ASSERT(file_write(path.data, "fence", 5, NULL) == 0);
    sample_init(&sample, 2, 1, 5);
    CU_ASSERT(
        checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, &error) == -1);
    CHECK_HAS(error.text, "is not a fence");
}

static struct checkpoint *newest(const char *directory)
{
    struct checkpoint *checkpoint = NULL;

    if (checkpoint_newest(directory, NULL, &checkpoint, NULL))
        abort();
    return checkpoint;
}

static void tensors_that_are_missing_or_of_another_shape_are_refused(void)
{
    const char *directory = check_directory();
    struct checkpoint *checkpoint;
    struct error error = {""};
    struct sample sample;

    sample_save(directory, 1, 1, 1);
    checkpoint = newest(directory);
    sample_empty(&sample);
    CU_ASSERT(checkpoint_load(checkpoint, sample.tensors + 1, 2, NULL) == 0);
    sample.tensors[0].shape[1] = 15;
    CU_ASSERT(checkpoint_load(checkpoint, sample.tensors, 1, &error) == -1);
    CHECK_HAS(error.text, "layer.0.weight (param) has another shape");
    sample.tensors[0].shape[1] = 16;
    sample.tensors[0].dimensions = 1;
    CU_ASSERT(checkpoint_load(checkpoint, sample.tensors, 1, &error) == -1);
    sample_empty(&sample);
    sample.tensors[0].role = ROLE_MASTER;
    CU_ASSERT(checkpoint_load(checkpoint, sample.tensors, 1, &error) == -1);
    CHECK_HAS(error.text, "there is no layer.0.weight (master)");
    checkpoint_free(checkpoint);
}

static void tensors_that_cannot_be_written_are_refused(void)
{
    struct checkpoint_store store = {check_directory(), 3};
    struct error error = {""};
    struct sample sample;

    sample_init(&sample, 1, 1, 1);
    sample.tensors[1] = sample.tensors[0];
    CU_ASSERT(
        checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, &error) == -1);
    CHECK_HAS(error.text, "layer.0.weight is there twice");
    strcpy(sample.tensors[1].name, "a\"b");
    CU_ASSERT(
        checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, &error) == -1);
    CHECK_HAS(error.text, "cannot be named 'a\"b'");
    memset(sample.tensors[1].name, 'x', CHECKPOINT_NAME);
    CU_ASSERT(
        checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, &error) == -1);
    strcpy(sample.tensors[1].name, "b");
    sample.tensors[1].dimensions = 0;
    CU_ASSERT(
        checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, &error) == -1);
    CHECK_HAS(error.text, "tensor b cannot have its shape");
    sample.tensors[1].dimensions = 1;
    sample.facts.samples = -1;
    CU_ASSERT(
        checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, &error) == -1);
    CHECK_HAS(error.text, "samples is out of bounds");
    CU_ASSERT(sample_newest(store.directory, NULL) == -1);
}

SUITE("trainer checkpoint",
      {"what is saved is loaded", what_is_saved_is_loaded},
      {"a checkpoint of the same id is replaced", a_checkpoint_of_the_same_id_is_replaced},
      {"only the newest are kept", only_the_newest_are_kept},
      {"the newest is of the highest attempt and generation",
       the_newest_is_of_the_highest_attempt_and_generation},
      {"a higher fence refuses", a_higher_fence_refuses},
      {"a fence that is none refuses", a_fence_that_is_none_refuses},
      {"tensors that are missing or of another shape are refused",
       tensors_that_are_missing_or_of_another_shape_are_refused},
      {"tensors that cannot be written are refused", tensors_that_cannot_be_written_are_refused})
