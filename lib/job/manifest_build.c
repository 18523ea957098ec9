/* manifest_build - the events of libyaml's parser made into a tree. */
#include "job/manifest_build.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "job/scalar.h"

struct anchor {
    char name[MANIFEST_ANCHOR + 1];
    const cJSON *node;
    size_t first; /* of the node's lines, which follow each other in the order of its nodes */
};

/* A mapping or sequence that is not closed yet. */
struct level {
    cJSON *node;
    size_t keys;
};

struct builder {
    struct manifest *manifest;
    struct error *error;
    struct level levels[MANIFEST_DEPTH];
    size_t depth;
    char *key; /* waits for its value; allocated by libyaml */
    int key_line;
    struct anchor anchors[MANIFEST_ANCHORS];
    size_t anchor_count;
};

static int line_of(const yaml_event_t *event)
{
    return (int)event->start_mark.line + 1;
}

static int refuse(const struct builder *builder, const yaml_event_t *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Stores why the document is refused, and where. Returns -1. */
static int refuse(const struct builder *builder, const yaml_event_t *event, const char *format, ...)
{
    char reason[128];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return error_set(builder->error,
                     "%s:%d:%zu: %s",
                     builder->manifest->name,
                     line_of(event),
                     event->start_mark.column + 1,
                     reason);
}

static int no_memory(const struct builder *builder)
{
    return error_set(builder->error, "%s: out of memory", builder->manifest->name);
}

/* Anchors and tags stand at another place in each kind of event. */

static const char *anchor_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return (const char *)event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return (const char *)event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return (const char *)event->data.mapping_start.anchor;
    default:
        return (const char *)event->data.alias.anchor;
    }
}

static const char *tag_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return (const char *)event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return (const char *)event->data.sequence_start.tag;
    default:
        return (const char *)event->data.mapping_start.tag;
    }
}

/* Nodes. */

/* Notes the line of a node, which counts it. */
static int note(struct builder *builder, const yaml_event_t *event, const cJSON *node, int line)
{
    struct manifest *manifest = builder->manifest;

    if (manifest->line_count == MANIFEST_NODES)
        return refuse(builder, event, "more than %d values, aliases expanded", MANIFEST_NODES);
    if (memory_try_grow(&manifest->lines,
                        &manifest->line_capacity,
                        manifest->line_count + 1,
                        sizeof *manifest->lines))
        return no_memory(builder);
    manifest->lines[manifest->line_count++] = (struct manifest_line){.node = node, .line = line};
    return 0;
}

/* Puts a node, NULL for one that could not be had, into the tree. It belongs to the tree then, or
 * is released. */
static int attach(struct builder *builder, const yaml_event_t *event, cJSON *node)
{
    struct level *top = builder->depth ? &builder->levels[builder->depth - 1] : NULL;
    bool added = true;

    if (!node)
        return no_memory(builder);
    if (!top)
        builder->manifest->root = node;
    else if (!builder->key)
        added = cJSON_AddItemToArray(top->node, node);
    else if (top->keys++ < MANIFEST_KEYS)
        added = cJSON_AddItemToObject(top->node, builder->key, node);
    else {
        cJSON_Delete(node);
        return refuse(builder, event, "more than %d keys in a mapping", MANIFEST_KEYS);
    }
    free(TAKE(builder->key));
    if (added)
        return 0;
    cJSON_Delete(node);
    return no_memory(builder);
}

/* The line at which the node of an event is to be found: that of its key, if it has one. */
static int place_line(const struct builder *builder, const yaml_event_t *event)
{
    return builder->key ? builder->key_line : line_of(event);
}

/* Remembers the anchor of a node that is about to be noted. */
static int anchor_set(struct builder *builder, const yaml_event_t *event, const cJSON *node)
{
    const char *name = anchor_of(event);
    struct anchor *anchor = &builder->anchors[builder->anchor_count];

    if (!name)
        return 0;
    if (builder->anchor_count == MANIFEST_ANCHORS)
        return refuse(builder, event, "more than %d anchors", MANIFEST_ANCHORS);
    if (strlen(name) > MANIFEST_ANCHOR)
        return refuse(
            builder, event, "the name of an anchor is longer than %d bytes", MANIFEST_ANCHOR);
    *anchor = (struct anchor){.node = node, .first = builder->manifest->line_count};
    snprintf(anchor->name, sizeof anchor->name, "%s", name);
    builder->anchor_count++;
    return 0;
}

static int node_take(struct builder *builder, const yaml_event_t *event, cJSON *node)
{
    int line = place_line(builder, event);

    if (attach(builder, event, node) || anchor_set(builder, event, node))
        return -1;
    return note(builder, event, node, line);
}

/* Whether the next node is a key. */
static bool key_wanted(const struct builder *builder)
{
    return builder->depth && !builder->key &&
           cJSON_IsObject(builder->levels[builder->depth - 1].node);
}

/* Aliases. */

/* Measures a tree, whose depth is bounded: its levels, and adds its nodes to `*count`. */
static size_t tree_measure(const cJSON *tree, size_t *count)
{
    size_t deepest = 0;
    const cJSON *child;

    (*count)++;
    cJSON_ArrayForEach(child, tree)
    {
        size_t depth = tree_measure(child, count);

        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (cJSON_IsArray(tree) || cJSON_IsObject(tree));
}

/* Notes what is in a copy with the lines of what was copied, which begin at `*next`. */
static int copy_note(struct builder *builder,
                     const yaml_event_t *event,
                     const cJSON *copy,
                     size_t *next)
{
    const cJSON *child;

    cJSON_ArrayForEach(child, copy)
    {
        int line = builder->manifest->lines[(*next)++].line;

        if (note(builder, event, child, line) || copy_note(builder, event, child, next))
            return -1;
    }
    return 0;
}

static const struct anchor *anchor_find(const struct builder *builder, const char *name)
{
    for (size_t i = builder->anchor_count; i-- > 0;) {
        if (!strcmp(builder->anchors[i].name, name))
            return &builder->anchors[i];
    }
    return NULL;
}

static bool is_open(const struct builder *builder, const cJSON *node)
{
    for (size_t i = 0; i < builder->depth; i++) {
        if (builder->levels[i].node == node)
            return true;
    }
    return false;
}

static int alias_take(struct builder *builder, const yaml_event_t *event)
{
    const struct anchor *anchor = anchor_find(builder, anchor_of(event));
    int line = place_line(builder, event);
    size_t count = 0;
    size_t next;
    cJSON *copy;

    if (key_wanted(builder))
        return refuse(builder, event, "a key must be a plain text, not an alias");
    if (!anchor)
        return refuse(builder, event, "there is no anchor of this name before the alias");
    if (is_open(builder, anchor->node))
        return refuse(builder, event, "the alias stands within its own anchor");
    if (builder->depth + tree_measure(anchor->node, &count) > MANIFEST_DEPTH)
        return refuse(builder, event, "more than %d levels, aliases expanded", MANIFEST_DEPTH);
    if (builder->manifest->line_count + count > MANIFEST_NODES)
        return refuse(builder, event, "more than %d values, aliases expanded", MANIFEST_NODES);
    next = anchor->first + 1;
    copy = cJSON_Duplicate(anchor->node, true);
    if (attach(builder, event, copy) || note(builder, event, copy, line))
        return -1;
    return copy_note(builder, event, copy, &next);
}

/* Events. */

static int key_take(struct builder *builder, yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;

    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !strcmp(text, "<<"))
        return refuse(builder, event, "merge keys (<<) are not supported; write the keys out");
    if (event->data.scalar.anchor)
        return refuse(builder, event, "an anchor may not stand at a key");
    builder->key_line = line_of(event);
    builder->key = (char *)event->data.scalar.value;
    event->data.scalar.value = NULL;
    return 0;
}

static int scalar_take(struct builder *builder, yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (strlen(text) != event->data.scalar.length)
        return refuse(builder, event, "a text may not hold a zero byte");
    if (key_wanted(builder))
        return key_take(builder, event);
    if (plain && scalar_differs(text))
        return refuse(builder,
                      event,
                      "%s is no text to kubectl, and one to other readers; put it in quotes",
                      text);
    return node_take(builder, event, plain ? scalar_node(text) : cJSON_CreateString(text));
}

static int collection_open(struct builder *builder, const yaml_event_t *event)
{
    bool mapping = event->type == YAML_MAPPING_START_EVENT;
    cJSON *node;

    if (key_wanted(builder))
        return refuse(builder, event, "a key must be a plain text, not a mapping or sequence");
    if (builder->depth == MANIFEST_DEPTH)
        return refuse(builder, event, "more than %d levels", MANIFEST_DEPTH);
    node = mapping ? cJSON_CreateObject() : cJSON_CreateArray();
    if (node_take(builder, event, node))
        return -1;
    builder->levels[builder->depth++] = (struct level){.node = node};
    return 0;
}

static int event_take(struct builder *builder, yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (builder->manifest->root)
            return refuse(builder, event, "a second document begins here, only one is allowed");
        return 0;
    case YAML_ALIAS_EVENT:
        return alias_take(builder, event);
    case YAML_SCALAR_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (tag_of(event))
            return refuse(builder, event, "tags are not supported; a text can be put in quotes");
        return event->type == YAML_SCALAR_EVENT ? scalar_take(builder, event)
                                                : collection_open(builder, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        builder->depth--;
        return 0;
    default:
        return 0;
    }
}

/* Stores why libyaml stopped. Its reader knows no line, only the byte. */
static int syntax_refuse(const struct builder *builder,
                         const yaml_parser_t *parser,
                         const char *bytes)
{
    const char *name = builder->manifest->name;
    size_t line = 1;
    size_t column = 1;

    if (parser->error == YAML_MEMORY_ERROR)
        return no_memory(builder);
    if (parser->error != YAML_READER_ERROR)
        return error_set(builder->error,
                         "%s:%zu:%zu: %s%s%s",
                         name,
                         parser->problem_mark.line + 1,
                         parser->problem_mark.column + 1,
                         parser->problem,
                         parser->context ? " " : "",
                         parser->context ? parser->context : "");
    for (size_t i = 0; i < parser->problem_offset; i++) {
        line += bytes[i] == '\n';
        column = bytes[i] == '\n' ? 1 : column + ((bytes[i] & 0xc0) != 0x80);
    }
    return error_set(builder->error, "%s:%zu:%zu: %s", name, line, column, parser->problem);
}

static int events_take(struct builder *builder, yaml_parser_t *parser, const char *bytes)
{
    yaml_event_t event;
    bool ended = false;
    int outcome = 0;

    while (!ended && !outcome) {
        if (!yaml_parser_parse(parser, &event))
            return syntax_refuse(builder, parser, bytes);
        outcome = event_take(builder, &event);
        ended = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    return outcome;
}

/* Whether there are so many tag directives that libyaml, which compares each with all before it,
 * would take seconds over them. None is of any use here. */
static bool has_many_directives(const char *bytes, size_t size)
{
    static const char directive[] = "%TAG";
    const char *end = bytes + size;
    int count = 0;

    while (count <= MANIFEST_ANCHORS &&
           (bytes = memmem(bytes, (size_t)(end - bytes), directive, strlen(directive)))) {
        bytes += strlen(directive);
        count++;
    }
    return count > MANIFEST_ANCHORS;
}

int manifest_build(struct manifest *manifest, const char *bytes, size_t size, struct error *error)
{
    struct builder builder = {.manifest = manifest, .error = error};
    yaml_parser_t parser;
    int outcome;

    if (size > MANIFEST_SIZE)
        return error_set(
            error, "%s: larger than the %d bytes allowed", manifest->name, MANIFEST_SIZE);
    if (has_many_directives(bytes, size))
        return error_set(
            error, "%s: more than %d tag directives", manifest->name, MANIFEST_ANCHORS);
    if (!yaml_parser_initialize(&parser))
        return no_memory(&builder);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
    outcome = events_take(&builder, &parser, bytes);
    yaml_parser_delete(&parser);
    free(builder.key);
    if (!outcome && !manifest->root)
        return error_set(error, "%s: is empty", manifest->name);
    return outcome;
}
