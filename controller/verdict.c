/* verdict - the termination message of an agent. */
#include "controller/verdict.h"

#include <stddef.h>
#include <string.h>

enum verdict verdict_read(const char *message, const char **text)
{
    static const struct {
        const char *word;
        enum verdict verdict;
    } words[] = {{"Succeeded\n", VERDICT_SUCCEEDED},
                 {"Failed\n", VERDICT_FAILED},
                 {"Stopped\n", VERDICT_STOPPED},
                 {"Drained\n", VERDICT_DRAINED},
                 {"Replace\n", VERDICT_REPLACE}};

    for (size_t i = 0; message && i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);

        if (!strncmp(message, words[i].word, length)) {
            *text = message + length;
            return words[i].verdict;
        }
    }
    *text = "";
    return VERDICT_NONE;
}
