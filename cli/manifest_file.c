/* manifest_file - a manifest from a file. */
#include "cli/manifest_file.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/command.h"
#include "job/load.h"

#define MANIFEST_LIMIT (1 << 20)

int manifest_file_load(const char *path, const struct option_list *sets, struct job *job)
{
    CLEAN(text) struct text content = {0};
    CLEAN(text) struct text report = {0};
    struct error error;
    bool standard = !strcmp(path, "-");
    int outcome = file_read(standard ? "/dev/stdin" : path, MANIFEST_LIMIT, &content, &error);

    if (outcome > 0)
        error_set(&error, "%s: no such file", path);
    if (outcome) {
        fprintf(stderr, "muster: %s\n", error.text);
        return COMMAND_USAGE;
    }
    const struct load_source source = {.name = standard ? "standard input" : path,
                                       .bytes = text_string(&content),
                                       .size = content.size,
                                       .sets = sets->items,
                                       .set_count = sets->count};

    if (load_job(&source, job, &report)) {
        fputs(text_string(&report), stderr);
        return COMMAND_USAGE;
    }
    return 0;
}
