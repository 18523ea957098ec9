/* manifest - a YAML document read into a JSON tree that still knows its lines. */
#include "job/manifest.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/place.h"
#include "job/manifest_build.h"

/* Lines. */

static int lines_compare(const void *a, const void *b)
{
    const struct manifest_line *first = a;
    const struct manifest_line *second = b;
    uintptr_t one = (uintptr_t)first->node;
    uintptr_t two = (uintptr_t)second->node;

    return (one > two) - (one < two);
}

/* The line of a node, 0 when it was not in the document. */
static int node_line(const struct manifest *manifest, const struct cJSON *node)
{
    struct manifest_line wanted = {.node = node};
    const struct manifest_line *found = bsearch(
        &wanted, manifest->lines, manifest->line_count, sizeof *manifest->lines, lines_compare);

    return found ? found->line : 0;
}

int manifest_line(const struct manifest *manifest, const char *path)
{
    return node_line(manifest, place_find(manifest->root, path));
}

/* Keys that are given twice. */

static const cJSON *first_of(const cJSON *mapping, const char *key)
{
    const cJSON *child = mapping->child;

    while (strcmp(child->string, key))
        child = child->next;
    return child;
}

/* Takes every later value of a key out of the tree and adds the problem. The depth of the tree is
 * bounded. */
static void again_retire(struct manifest *manifest,
                         cJSON *tree,
                         struct text *path,
                         struct problems *problems)
{
    size_t mark = path->size;
    size_t index = 0;

    for (cJSON *child = tree->child, *next; child; child = next) {
        const cJSON *first = cJSON_IsObject(tree) ? first_of(tree, child->string) : child;

        next = child->next;
        if (cJSON_IsObject(tree))
            place_add_key(path, child->string);
        else
            place_add_index(path, index++);
        again_retire(manifest, child, path, problems);
        if (first != child) {
            problems_add(problems,
                         path->data,
                         "is given twice, on lines %d and %d",
                         node_line(manifest, first),
                         node_line(manifest, child));
            manifest_retire(manifest, tree, child);
        }
        text_cut(path, mark);
    }
}

void manifest_retire(struct manifest *manifest, cJSON *parent, cJSON *child)
{
    cJSON_DetachItemViaPointer(parent, child);
    child->next = manifest->retired;
    manifest->retired = child;
}

int manifest_read(const char *name,
                  const char *bytes,
                  size_t size,
                  struct manifest *manifest,
                  struct problems *problems,
                  struct error *error)
{
    CLEAN(manifest) struct manifest fresh = {.name = name};
    CLEAN(text) struct text path = {0};
    size_t before = problems->count;

    if (manifest_build(&fresh, bytes, size, error))
        return -1;
    qsort(fresh.lines, fresh.line_count, sizeof *fresh.lines, lines_compare);
    again_retire(&fresh, fresh.root, &path, problems);
    *manifest = fresh;
    fresh = (struct manifest){0};
    return problems->count != before;
}

void manifest_done(struct manifest *manifest)
{
    cJSON_Delete(manifest->root);
    cJSON_Delete(manifest->retired);
    free(manifest->lines);
    *manifest = (struct manifest){0};
}

/* The report. */

static void problem_print(const struct manifest *manifest,
                          const struct problem *problem,
                          int line,
                          struct text *out)
{
    if (line)
        text_addf(out, "%s:%d: ", manifest->name, line);
    else
        text_add(out, "--set: ");
    text_addf(out, "%s%s%s\n", problem->path, *problem->path ? ": " : "", problem->text);
}

void manifest_report(const struct manifest *manifest,
                     const struct problems *problems,
                     struct text *out)
{
    struct entry {
        int line;
        const struct problem *problem;
    } entries[PROBLEMS_MOST];

    for (size_t i = 0; i < problems->count; i++) {
        struct entry entry = {manifest_line(manifest, problems->items[i].path),
                              &problems->items[i]};
        size_t at = i;

        for (; at && entries[at - 1].line > entry.line; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
    for (size_t i = 0; i < problems->count; i++)
        problem_print(manifest, entries[i].problem, entries[i].line, out);
    if (problems->dropped)
        text_addf(out, "%s: %zu more problems\n", manifest->name, problems->dropped);
}
