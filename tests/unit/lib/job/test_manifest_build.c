/* Building the tree: whatever allocation fails, it says so and leaks nothing. */
#include "job/manifest_build.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/fault.h"

/* cJSON's allocations go through the wrappers, so that each of them fails once too. */
static void every_failing_allocation_is_an_outcome(void)
{
    static const char text[] = "a: &x {k: [1, two, 'three', ~, true]}\nb: *x\nc: [*x, {d: e}]\n";
    cJSON_Hooks wrapped = {.malloc_fn = malloc, .free_fn = free};
    int failures = 0;
    int outcome;

    cJSON_InitHooks(&wrapped);
    for (int k = 1;; k++) {
        CLEAN(manifest) struct manifest manifest = {.name = "j"};
        struct error error = {""};

        fault_arm(FAULT_MEMORY, k);
        outcome = manifest_build(&manifest, text, strlen(text), &error);
        if (!fault_disarm())
            break;
        failures++;
        CU_ASSERT(outcome == -1);
        CHECK_TEXT(error.text, "j: out of memory");
    }
    CU_ASSERT(outcome == 0 && failures > 30);
    cJSON_InitHooks(NULL);
}

SUITE("job manifest build",
      {"every failing allocation is an outcome", every_failing_allocation_is_an_outcome})
