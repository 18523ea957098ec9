/* fence - one line in a file of the checkpoint directory. */
#include "wire/fence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

#define FENCE_FORMAT "muster-fence %" PRIu32 " %" PRIu64 "\n"
#define FENCE_LIMIT  128

int fence_compare(const struct fence *a, const struct fence *b)
{
    if (a->attempt != b->attempt)
        return a->attempt < b->attempt ? -1 : 1;
    return (a->generation > b->generation) - (a->generation < b->generation);
}

int fence_read(const char *directory, struct fence *fence, struct error *error)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};
    CLEAN(text) struct text again = {0};
    struct fence found;
    int outcome;

    text_addf(&path, "%s/fence", directory);
    outcome = file_read(path.data, FENCE_LIMIT, &content, error);
    if (outcome)
        return outcome;
    if (sscanf(text_string(&content),
               "muster-fence %" SCNu32 " %" SCNu64,
               &found.attempt,
               &found.generation) != 2)
        return error_set(error, "%s is not a fence", path.data);
    text_addf(&again, FENCE_FORMAT, found.attempt, found.generation);
    if (again.size != content.size || memcmp(again.data, content.data, again.size) != 0)
        return error_set(error, "%s is not a fence", path.data);
    *fence = found;
    return 0;
}

int fence_raise(const char *directory,
                const struct fence *fence,
                struct fence *found,
                struct error *error)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text line = {0};
    struct fence there;
    int outcome;

    if (file_make_directories(directory, error))
        return -1;
    outcome = fence_read(directory, &there, error);
    if (outcome < 0)
        return -1;
    if (outcome == 0 && fence_compare(&there, fence) > 0) {
        if (found)
            *found = there;
        return 1;
    }
    text_addf(&path, "%s/fence", directory);
    text_addf(&line, FENCE_FORMAT, fence->attempt, fence->generation);
    return file_write(path.data, line.data, line.size, error);
}
