/* The verdict: in place, bounded, and told of when it cannot be written. */
#include "agent/verdict.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "support/check.h"
#include "support/fault.h"

static void path_make(struct text *path)
{
    text_addf(path, "%s/verdict", check_directory());
}

static void read_back(const struct text *path, struct text *content)
{
    struct error error = {""};

    CU_ASSERT(file_read(path->data, 1 << 20, content, &error) == 0);
}

static void a_verdict_is_a_word_and_a_text(void)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    struct error error = {""};

    path_make(&path);
    CU_ASSERT(verdict_write(path.data, "Succeeded", "{\"loss\":1}", &error) == 0);
    read_back(&path, &content);
    CHECK_TEXT(content.data, "Succeeded\n{\"loss\":1}\n");
}

static void a_file_that_is_there_is_written_in_place(void)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    struct error error = {""};
    struct stat before;
    struct stat after;

    path_make(&path);
    CU_ASSERT(file_write(path.data, "a longer text than what follows", 31, &error) == 0);
    CU_ASSERT(stat(path.data, &before) == 0);
    CU_ASSERT(verdict_write(path.data, "Failed", "x", &error) == 0);
    CU_ASSERT(stat(path.data, &after) == 0 && after.st_ino == before.st_ino);
    read_back(&path, &content);
    CHECK_TEXT(content.data, "Failed\nx\n");
}

static void a_long_text_is_cut_between_characters(void)
{
    for (size_t extra = 0; extra < 2; extra++) {
        CLEAN(text) struct text path = {0};
        CLEAN(text) struct text text = {0};
        CLEAN(text) struct text content = {0};
        struct error error = {""};

        path_make(&path);
        text_add(&text, extra ? "x" : "");
        for (int i = 0; i < 4000; i++)
            text_add(&text, "\xc3\xa4");
        CU_ASSERT(verdict_write(path.data, "Failed!", text.data, &error) == 0);
        read_back(&path, &content);
        CU_ASSERT(content.size == VERDICT_MOST - extra);
        CU_ASSERT(!strncmp(content.data, "Failed!\n", 8));
        CU_ASSERT(!strcmp(content.data + content.size - 2, "\xc3\xa4"));
    }
}

static void what_cannot_be_written_is_told(void)
{
    CLEAN(text) struct text path = {0};
    struct error error = {""};
    int outcome = -1;
    int k = 0;

    CU_ASSERT(verdict_write("/no/such/directory/verdict", "Failed", "x", &error) == -1);
    CHECK_HAS(error.text, "/no/such/directory/verdict");
    path_make(&path);
    for (bool failed = true; failed; k++) {
        fault_arm(FAULT_SYSTEM, k + 1);
        outcome = verdict_write(path.data, "Failed", "x", &error);
        failed = fault_disarm();
        CU_ASSERT(outcome == (failed ? -1 : 0));
    }
    CU_ASSERT(k >= 3);
}

SUITE("agent verdict",
      {"a verdict is a word and a text", a_verdict_is_a_word_and_a_text},
      {"a file that is there is written in place", a_file_that_is_there_is_written_in_place},
      {"a long text is cut between characters", a_long_text_is_cut_between_characters},
      {"what cannot be written is told", what_cannot_be_written_is_told})
