/* Any bytes as a --set: refused with words, or a tree whose every place is still found. */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "job/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char document[] = "a: {b: [1, {c: 2}], d: e}\nx: ~\n";

/* cJSON prints and reads back what the tree holds: a broken link would show. */
static void tree_check(const cJSON *root)
{
    char *text = cJSON_PrintUnformatted(root);
    cJSON *again = text ? cJSON_Parse(text) : NULL;

    if (!again)
        abort();
    cJSON_Delete(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(manifest) struct manifest manifest = {0};
    CLEAN(problems) struct problems problems = {0};
    CLEAN_FREE char *assignment = memory_get(size + 1, 1);
    struct error error = {""};

    if (size)
        memcpy(assignment, data, size);
    if (manifest_read("fuzz", document, strlen(document), &manifest, &problems, &error))
        abort();
    if (manifest_set(&manifest, assignment, &error) && !error.text[0])
        abort();
    tree_check(manifest.root);
    if (manifest_line(&manifest, "a.b") < 0 || manifest_line(&manifest, "") != 1)
        abort();
    return 0;
}
