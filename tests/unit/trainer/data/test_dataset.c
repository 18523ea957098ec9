/* Datasets: plain and compressed files, what does not belong together, and failing calls. */
#include "trainer/data/dataset.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

static const uint8_t images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};
static const struct dataset_form form = {3, 10};

/* Writes PREFIX SUFFIX, compressed when the suffix says so. */
static void put(const char *prefix, const char *suffix, const void *bytes, size_t size)
{
    CLEAN(text) struct text path = {0};
    gzFile zipped;

    text_addf(&path, "%s%s", prefix, suffix);
    if (!strstr(suffix, ".gz")) {
        CU_ASSERT(file_write(path.data, bytes, size, NULL) == 0);
        return;
    }
    zipped = gzopen(path.data, "wb");
    CU_ASSERT(gzwrite(zipped, bytes, (unsigned)size) == (int)size);
    gzclose(zipped);
}

static void prefix_new(struct text *prefix)
{
    text_addf(prefix, "%s/train", check_directory());
}

static int opens(const char *prefix, struct error *error)
{
    CLEAN(dataset) struct dataset dataset = {0};

    return dataset_open(prefix, &form, &dataset, error);
}

static void plain_and_compressed_files_hold_the_same(void)
{
    static const char *const suffixes[][2] = {
        {"-images-idx3-ubyte", "-labels-idx1-ubyte"},
        {"-images-idx3-ubyte.gz", "-labels-idx1-ubyte"},
        {"-images-idx3-ubyte", "-labels-idx1-ubyte.gz"},
        {"-images-idx3-ubyte.gz", "-labels-idx1-ubyte.gz"},
    };

    for (size_t i = 0; i < 4; i++) {
        CLEAN(dataset) struct dataset dataset = {0};
        CLEAN(text) struct text prefix = {0};

        prefix_new(&prefix);
        put(prefix.data, suffixes[i][0], images, sizeof images);
        put(prefix.data, suffixes[i][1], labels, sizeof labels);
        CU_ASSERT_FATAL(dataset_open(prefix.data, &form, &dataset, NULL) == 0);
        CU_ASSERT(dataset.count == 2 && dataset.sample_size == 3);
        CU_ASSERT(memcmp(dataset.images, images + 16, 6) == 0);
        CU_ASSERT(dataset.labels && memcmp(dataset.labels, labels + 8, 2) == 0);
    }
}

static void images_alone_are_a_dataset_without_labels(void)
{
    CLEAN(dataset) struct dataset dataset = {0};
    CLEAN(text) struct text prefix = {0};

    prefix_new(&prefix);
    put(prefix.data, "-images-idx3-ubyte", images, sizeof images);
    CU_ASSERT(dataset_open(prefix.data, &form, &dataset, NULL) == 1);
    CU_ASSERT(dataset.count == 2 && !dataset.labels);
}

static void what_does_not_fit_is_refused_with_path_and_reason(void)
{
    static const uint8_t three[] = {0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3};
    static const uint8_t high[] = {0, 0, 8, 1, 0, 0, 0, 2, 1, 10};
    static const uint8_t wide[] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4};
    static const struct {
        const char *suffix;
        const void *bytes;
        size_t size;
        const char *reason;
    } rows[] = {
        {"-labels-idx1-ubyte", three, sizeof three, "-labels-idx1-ubyte: 3 labels for 2 images"},
        {"-labels-idx1-ubyte",
         high,
         sizeof high,
         "-labels-idx1-ubyte: sample 1 has label 10, but the model has 10 classes"},
        {"-labels-idx1-ubyte",
         images,
         sizeof images,
         "-labels-idx1-ubyte: magic number 0x00000803, expected 0x00000801"},
        {"-images-idx3-ubyte",
         wide,
         sizeof wide,
         "-images-idx3-ubyte: images of 2 x 2, but the model takes 3 numbers"},
        {"-images-idx3-ubyte",
         images,
         20,
         "-images-idx3-ubyte: 20 bytes, but its header promises 22"},
        {"-images-idx3-ubyte", images, 0, "-images-idx3-ubyte: the file is empty"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text prefix = {0};
        struct error error = {""};

        prefix_new(&prefix);
        put(prefix.data, "-images-idx3-ubyte", images, sizeof images);
        put(prefix.data, rows[i].suffix, rows[i].bytes, rows[i].size);
        CU_ASSERT(opens(prefix.data, &error) == -1);
        CU_ASSERT(strncmp(error.text, prefix.data, prefix.size) == 0);
        CU_ASSERT(strcmp(error.text + prefix.size, rows[i].reason) == 0);
    }
}

static void missing_files_and_directories_are_refused(void)
{
    CLEAN(text) struct text prefix = {0};
    CLEAN(text) struct text path = {0};
    struct error error = {""};

    prefix_new(&prefix);
    CU_ASSERT(opens(prefix.data, &error) == -1);
    CU_ASSERT(strstr(error.text, "-images-idx3-ubyte: no such file, nor with .gz") != NULL);
    text_addf(&path, "%s-images-idx3-ubyte", prefix.data);
    CU_ASSERT(mkdir(path.data, 0700) == 0);
    CU_ASSERT(opens(prefix.data, &error) == -1);
    CU_ASSERT(strstr(error.text, "not a regular file") != NULL);
}

static void damaged_compression_is_refused(void)
{
    static const uint8_t huge[] = {0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 3};
    uint8_t longer[64] = {0};
    CLEAN(text) struct text prefix = {0};
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text whole = {0};
    struct error error = {""};

    prefix_new(&prefix);
    text_addf(&path, "%s-images-idx3-ubyte.gz", prefix.data);
    put(prefix.data, "-images-idx3-ubyte.gz", images, sizeof images);
    CU_ASSERT_FATAL(file_read(path.data, 4096, &whole, NULL) == 0);
    for (size_t size = 1; size < whole.size; size++) {
        CU_ASSERT(file_write(path.data, whole.data, size, NULL) == 0);
        CU_ASSERT(opens(prefix.data, &error) == -1);
        CU_ASSERT(strstr(error.text, "damaged or cut off at byte") != NULL);
    }
    text_add(&whole, "x");
    CU_ASSERT(file_write(path.data, whole.data, whole.size, NULL) == 0);
    CU_ASSERT(opens(prefix.data, &error) == -1);
    CU_ASSERT(strstr(error.text, "bytes after the end of its compressed form") != NULL);
    memcpy(longer, images, sizeof images);
    put(prefix.data, "-images-idx3-ubyte.gz", longer, sizeof images + 1);
    CU_ASSERT(opens(prefix.data, &error) == -1);
    CU_ASSERT(strstr(error.text, "more than the 22 bytes that its header promises") != NULL);
    put(prefix.data, "-images-idx3-ubyte.gz", images, sizeof images - 1);
    CU_ASSERT(opens(prefix.data, &error) == -1);
    CU_ASSERT(strstr(error.text, "21 bytes, but its header promises 22") != NULL);
    put(prefix.data, "-images-idx3-ubyte.gz", huge, sizeof huge);
    CU_ASSERT(opens(prefix.data, &error) == -1);
    CU_ASSERT(strstr(error.text, "compressed bytes can hold") != NULL);
}

static void every_failing_call_is_reported(void)
{
    CLEAN(text) struct text prefix = {0};
    int outcome;

    prefix_new(&prefix);
    put(prefix.data, "-images-idx3-ubyte.gz", images, sizeof images);
    put(prefix.data, "-labels-idx1-ubyte", labels, sizeof labels);
    for (int k = 1;; k++) {
        struct error error = {""};

        fault_arm(FAULT_SYSTEM, k);
        outcome = opens(prefix.data, &error);
        if (!fault_disarm())
            break;
        CU_ASSERT(outcome == -1 && error.text[0]);
    }
    CU_ASSERT(outcome == 0);
}

static void no_memory_for_expanded_bytes_is_reported(void)
{
    CLEAN(content) struct content content = {0};
    CLEAN(text) struct text path = {0};
    struct error error = {""};
    struct idx idx;

    prefix_new(&path);
    put(path.data, "-images-idx3-ubyte.gz", images, sizeof images);
    text_add(&path, "-images-idx3-ubyte.gz");
    fault_arm(FAULT_TRIES, 1);
    CU_ASSERT(content_open(path.data, IDX_IMAGES, &content, &idx, &error) == -1);
    CU_ASSERT(fault_disarm());
    CU_ASSERT(strstr(error.text, "no memory for its 22 bytes") != NULL);
}

SUITE("trainer data dataset",
      {"plain and compressed files hold the same", plain_and_compressed_files_hold_the_same},
      {"images alone are a dataset without labels", images_alone_are_a_dataset_without_labels},
      {"what does not fit is refused with path and reason",
       what_does_not_fit_is_refused_with_path_and_reason},
      {"missing files and directories are refused", missing_files_and_directories_are_refused},
      {"damaged compression is refused", damaged_compression_is_refused},
      {"every failing call is reported", every_failing_call_is_reported},
      {"no memory for expanded bytes is reported", no_memory_for_expanded_bytes_is_reported})
