/* Synthetic digits: the same by coordinates, different from each other, and their files. */
#include "trainer/data/digits.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"
#include "trainer/data/dataset.h"
#include "trainer/data/digits_file.h"

static const struct dataset_form form = {DIGITS_PIXELS, 10};

static void prefix_new(struct text *prefix)
{
    text_addf(prefix, "%s/made/train", check_directory());
}

static void an_image_depends_on_seed_index_and_difficulty_only(void)
{
    uint8_t first[DIGITS_PIXELS], again[DIGITS_PIXELS], other[DIGITS_PIXELS];
    uint8_t digit = digits_draw(7, 3, 1, first);

    digits_draw(9, 0, 1, again);
    CU_ASSERT(digits_draw(7, 3, 1, again) == digit);
    CU_ASSERT(memcmp(first, again, sizeof first) == 0);
    digits_draw(8, 3, 1, other);
    CU_ASSERT(memcmp(first, other, sizeof first) != 0);
    digits_draw(7, 4, 1, other);
    CU_ASSERT(memcmp(first, other, sizeof first) != 0);
    CU_ASSERT(digits_draw(7, 3, 1.5, other) == digit);
    CU_ASSERT(memcmp(first, other, sizeof first) != 0);
}

static void all_digits_come_equally_often(void)
{
    uint8_t pixels[DIGITS_PIXELS];
    int seen[10] = {0};

    for (uint64_t i = 0; i < 2000; i++)
        seen[digits_draw(1, i, 1, pixels)]++;
    for (int digit = 0; digit < 10; digit++)
        CU_ASSERT(seen[digit] > 140 && seen[digit] < 260);
}

/* Without difficulty all images of a digit are one image, and those of two digits are not. */
static void without_difficulty_a_digit_has_one_shape(void)
{
    uint8_t shapes[10][DIGITS_PIXELS];
    int seen[10] = {0};

    for (uint64_t i = 0; i < 300; i++) {
        uint8_t pixels[DIGITS_PIXELS];
        uint8_t digit = digits_draw(1, i, 0, pixels);

        if (!seen[digit]++)
            memcpy(shapes[digit], pixels, sizeof pixels);
        CU_ASSERT(memcmp(shapes[digit], pixels, sizeof pixels) == 0);
    }
    for (int digit = 0; digit < 9; digit++)
        CU_ASSERT(memcmp(shapes[digit], shapes[digit + 1], DIGITS_PIXELS) != 0);
}

static void ink_is_in_the_middle_and_not_everywhere(void)
{
    for (uint64_t i = 0; i < 200; i++) {
        uint8_t pixels[DIGITS_PIXELS];
        int inked = 0;

        digits_draw(3, i, 1, pixels);
        for (int k = 0; k < DIGITS_PIXELS; k++)
            inked += pixels[k] > 110;
        CU_ASSERT(inked > 15 && inked < DIGITS_PIXELS / 2);
    }
}

static void a_longer_file_begins_like_a_shorter_one(void)
{
    CLEAN(text) struct text few = {0};
    CLEAN(text) struct text many = {0};
    CLEAN(dataset) struct dataset short_set = {0};
    CLEAN(dataset) struct dataset long_set = {0};

    prefix_new(&few);
    prefix_new(&many);
    CU_ASSERT(digits_write(&(struct digits_request){few.data, 5, 7, 1, false}, NULL) == 0);
    CU_ASSERT(digits_write(&(struct digits_request){many.data, 9, 7, 1, false}, NULL) == 0);
    CU_ASSERT_FATAL(dataset_open(few.data, &form, &short_set, NULL) == 0);
    CU_ASSERT_FATAL(dataset_open(many.data, &form, &long_set, NULL) == 0);
    CU_ASSERT(short_set.count == 5 && long_set.count == 9);
    CU_ASSERT(memcmp(short_set.images, long_set.images, (size_t)5 * DIGITS_PIXELS) == 0);
    CU_ASSERT(memcmp(short_set.labels, long_set.labels, 5) == 0);
}

static void files_are_replaced_by_force_only(void)
{
    CLEAN(text) struct text prefix = {0};
    CLEAN(text) struct text labels = {0};
    struct digits_request request = {NULL, 3, 7, 1, false};
    struct error error = {""};

    prefix_new(&prefix);
    request.prefix = prefix.data;
    CU_ASSERT(digits_write(&request, NULL) == 0);
    CU_ASSERT(digits_write(&request, &error) == -1);
    CU_ASSERT(strstr(error.text, "-images-idx3-ubyte is there already") != NULL);
    request.force = true;
    CU_ASSERT(digits_write(&request, NULL) == 0);
    request.force = false;
    text_addf(&labels, "%s-images-idx3-ubyte", prefix.data);
    CU_ASSERT(unlink(labels.data) == 0);
    CU_ASSERT(digits_write(&request, &error) == -1);
    CU_ASSERT(strstr(error.text, "-labels-idx1-ubyte is there already") != NULL);
}

static void every_failing_call_is_reported(void)
{
    int outcome;

    for (int k = 1;; k++) {
        CLEAN(text) struct text prefix = {0};
        struct digits_request request = {NULL, 2, 7, 1, false};
        struct error error = {""};

        prefix_new(&prefix);
        request.prefix = prefix.data;
        fault_arm(FAULT_SYSTEM, k);
        outcome = digits_write(&request, &error);
        if (!fault_disarm())
            break;
        CU_ASSERT(outcome == -1 && error.text[0]);
    }
    CU_ASSERT(outcome == 0);
}

static void too_little_memory_is_reported(void)
{
    struct digits_request request = {"never/written", 2, 7, 1, false};

    for (int k = 1; k <= 2; k++) {
        struct error error = {""};

        fault_arm(FAULT_TRIES, k);
        CU_ASSERT(digits_write(&request, &error) == -1);
        CU_ASSERT(fault_disarm());
        CU_ASSERT(strcmp(error.text, "no memory for 2 images") == 0);
    }
}

SUITE("trainer data digits",
      {"an image depends on seed, index and difficulty only",
       an_image_depends_on_seed_index_and_difficulty_only},
      {"all digits come equally often", all_digits_come_equally_often},
      {"without difficulty a digit has one shape", without_difficulty_a_digit_has_one_shape},
      {"ink is in the middle and not everywhere", ink_is_in_the_middle_and_not_everywhere},
      {"a longer file begins like a shorter one", a_longer_file_begins_like_a_shorter_one},
      {"files are replaced by force only", files_are_replaced_by_force_only},
      {"every failing call is reported", every_failing_call_is_reported},
      {"too little memory is reported", too_little_memory_is_reported})
