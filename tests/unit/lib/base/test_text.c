/* Text: always ended, cut and used again; hexadecimal and whole numbers read strictly. */
#include "base/text.h"

#include <string.h>

#include "support/check.h"

static void an_empty_text_is_an_empty_string(void)
{
    CLEAN(text) struct text text = {0};

    CHECK_TEXT(text_string(&text), "");
    text_clear(&text);
    text_cut(&text, 5);
    text_add_bytes(&text, NULL, 0);
    CU_ASSERT(text.size == 0);
    CHECK_TEXT(text_string(&text), "");
}

static void what_is_added_stands_behind_what_was_there(void)
{
    CLEAN(text) struct text text = {0};

    text_add(&text, "step ");
    text_addf(&text, "%d of %s", 3, "ten");
    text_add_bytes(&text, "\0!", 2);
    CU_ASSERT(text.size == 15);
    CU_ASSERT(!memcmp(text.data, "step 3 of ten\0!", 16));
}

static void a_text_grows_to_any_length(void)
{
    CLEAN(text) struct text text = {0};

    for (int i = 0; i < 10000; i++)
        text_addf(&text, "%c", 'a' + i % 26);
    CU_ASSERT(text.size == 10000 && strlen(text.data) == 10000);
    CU_ASSERT(text.data[9999] == 'a' + 9999 % 26);
}

static void a_text_is_cut_and_used_again(void)
{
    CLEAN(text) struct text text = {0};

    text_add(&text, "spec.training");
    text_cut(&text, 20);
    CHECK_TEXT(text.data, "spec.training");
    text_cut(&text, 4);
    CHECK_TEXT(text.data, "spec");
    text_add(&text, ".task");
    CHECK_TEXT(text.data, "spec.task");
    text_clear(&text);
    CHECK_TEXT(text.data, "");
    text_add(&text, "x");
    CHECK_TEXT(text.data, "x");
    text_done(&text);
    CU_ASSERT(text.data == NULL && text.size == 0 && text.capacity == 0);
}

static void bytes_go_through_hexadecimal_and_back(void)
{
    unsigned char bytes[256];
    unsigned char again[256];
    char digits[513];

    for (int i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    text_hex(digits, bytes, sizeof bytes);
    CU_ASSERT(strlen(digits) == 512 && !strncmp(digits, "000102", 6));
    CHECK_TEXT(digits + 506, "fdfeff");
    CU_ASSERT(text_unhex(again, sizeof again, digits) == 0 && !memcmp(again, bytes, 256));
    CU_ASSERT(text_unhex(again, 2, "aBfF") == 0 && again[0] == 0xab && again[1] == 0xff);
}

static void what_is_not_hexadecimal_is_refused_and_nothing_is_written(void)
{
    static const char *const wrong[] = {"", "0", "000", "00000", "000g", "00 0", "0x00", "00-1"};
    unsigned char bytes[2] = {1, 2};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CU_ASSERT(text_unhex(bytes, 2, wrong[i]) == 1);
        CU_ASSERT(bytes[0] == 1 && bytes[1] == 2);
    }
}

static void whole_numbers_are_read_within_their_range(void)
{
    int64_t number = 7;

    CU_ASSERT(text_integer("0", 0, 9, &number) == 0 && number == 0);
    CU_ASSERT(text_integer("-12", -12, 9, &number) == 0 && number == -12);
    CU_ASSERT(text_integer("007", 0, 9, &number) == 0 && number == 7);
    CU_ASSERT(text_integer("9223372036854775807", 0, INT64_MAX, &number) == 0 &&
              number == INT64_MAX);
    CU_ASSERT(text_integer("-9223372036854775808", INT64_MIN, 0, &number) == 0 &&
              number == INT64_MIN);
}

static void what_is_not_a_whole_number_is_refused_and_nothing_is_written(void)
{
    static const char *const wrong[] = {"",
                                        "-",
                                        "+5",
                                        " 5",
                                        "5 ",
                                        "\t5",
                                        "0x5",
                                        "5.0",
                                        "1e3",
                                        "--5",
                                        "- 5",
                                        "five",
                                        "5a",
                                        "11",
                                        "-1",
                                        "99999999999999999999",
                                        "-99999999999999999999"};
    int64_t number = 7;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT(text_integer(wrong[i], 0, 10, &number) == 1);
    CU_ASSERT(text_integer("9223372036854775808", 0, INT64_MAX, &number) == 1);
    CU_ASSERT(number == 7);
}

static void a_list_of_words_is_taken_apart_as_it_was_made(void)
{
    CLEAN(text) struct text text = {0};
    const char *words[3];

    CU_ASSERT(text_word_count(&text) == 0);
    CU_ASSERT(text_words(&text, words, 2) == 0 && words[0] == NULL);
    text_word(&text, "%s", "first");
    text_word(&text, "%s", "");
    text_word(&text, "th%drd", 1);
    CU_ASSERT(text_word_count(&text) == 3);
    CU_ASSERT(text_words(&text, words, 2) == 2);
    CHECK_TEXT(words[0], "first");
    CHECK_TEXT(words[1], "");
    CU_ASSERT(words[2] == NULL);
}

SUITE("base text",
      {"an empty text is an empty string", an_empty_text_is_an_empty_string},
      {"what is added stands behind what was there", what_is_added_stands_behind_what_was_there},
      {"a text grows to any length", a_text_grows_to_any_length},
      {"a text is cut and used again", a_text_is_cut_and_used_again},
      {"bytes go through hexadecimal and back", bytes_go_through_hexadecimal_and_back},
      {"what is not hexadecimal is refused and nothing is written",
       what_is_not_hexadecimal_is_refused_and_nothing_is_written},
      {"whole numbers are read within their range", whole_numbers_are_read_within_their_range},
      {"what is not a whole number is refused and nothing is written",
       what_is_not_a_whole_number_is_refused_and_nothing_is_written},
      {"a list of words is taken apart as it was made",
       a_list_of_words_is_taken_apart_as_it_was_made})
