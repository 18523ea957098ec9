/* kubeconfig - where a cluster is and who we are, out of YAML by libyaml. */
#include "kube/kubeconfig.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/utf8.h"

#define DEPTH   32
#define ANCHORS 100

/* A file that is being read. */
struct reader {
    const struct kubeconfig_source *source;
    yaml_document_t document;
    struct error *error;
};

/* Where a key of the file goes. */
struct row {
    const char *key;
    size_t offset; /* of a char * in struct cluster */
    enum { TEXT, PATH, DATA } kind;
};

static const struct row cluster_rows[] = {
    {"server", offsetof(struct cluster, server), TEXT},
    {"tls-server-name", offsetof(struct cluster, server_name), TEXT},
    {"certificate-authority-data", offsetof(struct cluster, authority), DATA},
    {"certificate-authority", offsetof(struct cluster, authority_file), PATH},
};

static const struct row user_rows[] = {
    {"client-certificate-data", offsetof(struct cluster, certificate), DATA},
    {"client-certificate", offsetof(struct cluster, certificate_file), PATH},
    {"client-key-data", offsetof(struct cluster, key), DATA},
    {"client-key", offsetof(struct cluster, key_file), PATH},
    {"token", offsetof(struct cluster, token), TEXT},
    {"tokenFile", offsetof(struct cluster, token_file), PATH},
};

static const struct row context_rows[] = {
    {"namespace", offsetof(struct cluster, space), TEXT},
};

static const char *const refused[] = {
    "proxy-url",
    "exec",
    "auth-provider",
    "username",
    "password",
    "as",
    "as-uid",
    "as-groups",
    "as-user-extra",
};

/* Nodes. */

/* The text of a scalar, or NULL. A text with a zero byte in it is none. */
static const char *text_of(const yaml_node_t *node)
{
    const char *text;

    if (!node || node->type != YAML_SCALAR_NODE)
        return NULL;
    text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

/* The value of a key of a mapping, or NULL; of keys that are given twice the first counts. */
static yaml_node_t *value_of(struct reader *reader, const yaml_node_t *mapping, const char *key)
{
    if (!mapping || mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top;
         pair++) {
        const char *found = text_of(yaml_document_get_node(&reader->document, pair->key));

        if (found && !strcmp(found, key))
            return yaml_document_get_node(&reader->document, pair->value);
    }
    return NULL;
}

/* The mapping `inner` of the element of the list `list` that has that name, or NULL. */
static yaml_node_t *named(struct reader *reader,
                          const char *list,
                          const char *name,
                          const char *inner)
{
    yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    const yaml_node_t *sequence = value_of(reader, root, list);

    if (!sequence || sequence->type != YAML_SEQUENCE_NODE)
        return NULL;
    for (yaml_node_item_t *item = sequence->data.sequence.items.start;
         item < sequence->data.sequence.items.top;
         item++) {
        yaml_node_t *element = yaml_document_get_node(&reader->document, *item);
        const char *found = text_of(value_of(reader, element, "name"));

        if (found && !strcmp(found, name))
            return value_of(reader, element, inner);
    }
    return NULL;
}

/* Values. */

static int refuse(const struct reader *reader, const char *key, const char *words)
{
    return error_set(reader->error, "%s: %s: %s", reader->source->name, key, words);
}

static char *path_make(const struct reader *reader, const char *path)
{
    CLEAN(text) struct text full = {0};

    if (*path != '/')
        text_addf(&full, "%s/", reader->source->directory);
    text_add(&full, path);
    return TAKE(full.data);
}

/* Decodes PEM. Returns it, or NULL when it is not base64 of a text. */
static char *data_make(const char *encoded)
{
    CLEAN(secret) struct text plain = {0};

    if (base64_decode(encoded, &plain) || !plain.size || strlen(plain.data) != plain.size)
        return NULL;
    return TAKE(plain.data);
}

static int row_read(struct reader *reader,
                    const struct row *row,
                    const char *text,
                    struct cluster *cluster)
{
    char **place = (char **)((char *)cluster + row->offset);

    if (row->kind == DATA)
        *place = data_make(text);
    else
        *place = row->kind == PATH ? path_make(reader, text) : memory_text(text);
    return *place ? 0 : refuse(reader, row->key, "must be base64 of PEM");
}

/* Reads the rows of a mapping. What is empty is as if it were not there. */
static int rows_read(struct reader *reader,
                     const yaml_node_t *mapping,
                     const struct row *rows,
                     size_t count,
                     struct cluster *cluster)
{
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *node = value_of(reader, mapping, rows[i].key);
        const char *text = text_of(node);

        if (node && (!text || !utf8_line(text)) && rows[i].kind != DATA)
            return refuse(reader, rows[i].key, "must be a text on one line");
        if (node && !text)
            return refuse(reader, rows[i].key, "must be a text");
        if (text && *text && row_read(reader, &rows[i], text, cluster))
            return -1;
    }
    return 0;
}

static int unsupported_check(struct reader *reader, const yaml_node_t *mapping)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (value_of(reader, mapping, refused[i]))
            return refuse(
                reader, refused[i], "is not supported; use a token or a client certificate");
    }
    return 0;
}

/* Whether the server is to be trusted unseen, which must have been allowed. */
static int insecure_read(struct reader *reader, const yaml_node_t *mapping, struct cluster *cluster)
{
    static const char key[] = "insecure-skip-tls-verify";
    const yaml_node_t *node = value_of(reader, mapping, key);
    const char *text = text_of(node);

    if (!node || (text && !strcmp(text, "false")))
        return 0;
    if (!text || strcmp(text, "true") != 0)
        return refuse(reader, key, "must be true or false");
    if (!reader->source->insecure)
        return refuse(reader, key, "is refused: anyone could take our credentials");
    cluster->insecure = true;
    return 0;
}

/* Of two ways to say the same the file format prefers one. */
static void choose(struct cluster *cluster)
{
    size_t size = cluster->server ? strlen(cluster->server) : 0;

    if (size && cluster->server[size - 1] == '/')
        cluster->server[size - 1] = '\0';
    if (cluster->authority)
        free(TAKE(cluster->authority_file));
    if (cluster->certificate)
        free(TAKE(cluster->certificate_file));
    if (cluster->key)
        free(TAKE(cluster->key_file));
    if (cluster->token_file)
        secret_forget(TAKE(cluster->token));
}

/* The file. */

/* Whether an event has an anchor. */
static bool anchored(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL;
    default:
        return false;
    }
}

/* Takes the next event into the measure. Returns 0; 1 at the end of the bytes, also where they
 * cannot be read, which the loader tells; -1 when it is too much. */
static int measure_step(yaml_parser_t *parser, size_t *depth, size_t *anchors)
{
    yaml_event_t event;
    bool ended;

    if (!yaml_parser_parse(parser, &event))
        return 1;
    if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
        ++*depth;
    if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
        --*depth;
    *anchors += anchored(&event);
    ended = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
    return *depth > DEPTH || *anchors > ANCHORS ? -1 : ended;
}

/* libyaml's time grows with the square of the depth and of the number of anchors: both are limited
 * before it loads the document. */
static int measure_check(const struct kubeconfig_source *source, struct error *error)
{
    yaml_parser_t parser;
    size_t depth = 0;
    size_t anchors = 0;
    int outcome = 0;

    if (!yaml_parser_initialize(&parser))
        return error_set(error, "%s: out of memory", source->name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)source->bytes, source->size);
    while (!outcome)
        outcome = measure_step(&parser, &depth, &anchors);
    yaml_parser_delete(&parser);
    if (outcome < 0)
        return error_set(
            error, "%s: more than %d levels or %d anchors", source->name, DEPTH, ANCHORS);
    return 0;
}

#define ROWS(rows) (rows), sizeof(rows) / sizeof *(rows)

static int cluster_read(struct reader *reader, const yaml_node_t *context, struct cluster *out)
{
    const char *cluster_name = text_of(value_of(reader, context, "cluster"));
    const char *user_name = text_of(value_of(reader, context, "user"));
    const yaml_node_t *cluster = NULL;
    const yaml_node_t *user = NULL;

    if (cluster_name)
        cluster = named(reader, "clusters", cluster_name, "cluster");
    if (!cluster)
        return refuse(reader, "clusters", "the cluster of the context is not there");
    if (user_name && *user_name) {
        user = named(reader, "users", user_name, "user");
        if (!user)
            return refuse(reader, "users", "the user of the context is not there");
    }
    if (unsupported_check(reader, cluster) || unsupported_check(reader, user) ||
        insecure_read(reader, cluster, out) ||
        rows_read(reader, cluster, ROWS(cluster_rows), out) ||
        rows_read(reader, user, ROWS(user_rows), out) ||
        rows_read(reader, context, ROWS(context_rows), out))
        return -1;
    choose(out);
    if (cluster_check(out, reader->error))
        return error_prefix(reader->error, "%s", reader->source->name);
    return 0;
}

static int document_read(struct reader *reader, struct cluster *out)
{
    yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    const char *name = reader->source->context;
    const yaml_node_t *context;

    if (!root || root->type != YAML_MAPPING_NODE)
        return error_set(reader->error, "%s: not a kubeconfig file", reader->source->name);
    if (!name)
        name = text_of(value_of(reader, root, "current-context"));
    if (!name || !*name)
        return refuse(reader, "current-context", "is not set");
    context = named(reader, "contexts", name, "context");
    if (!context)
        return error_set(
            reader->error, "%s: there is no context %.128s", reader->source->name, name);
    return cluster_read(reader, context, out);
}

int kubeconfig_read(const struct kubeconfig_source *source,
                    struct cluster *cluster,
                    struct error *error)
{
    struct reader reader = {.source = source, .error = error};
    CLEAN(cluster) struct cluster fresh = {0};
    yaml_parser_t parser;
    int outcome = -1;

    if (source->size > KUBECONFIG_BYTES)
        return error_set(
            error, "%s: larger than the %zu bytes allowed", source->name, KUBECONFIG_BYTES);
    if (measure_check(source, error))
        return -1;
    if (!yaml_parser_initialize(&parser))
        return error_set(error, "%s: out of memory", source->name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)source->bytes, source->size);
    if (!yaml_parser_load(&parser, &reader.document))
        error_set(error,
                  "%s:%zu: %s",
                  source->name,
                  parser.problem_mark.line + 1,
                  parser.problem ? parser.problem : "cannot be read as YAML");
    else {
        outcome = document_read(&reader, &fresh);
        yaml_document_delete(&reader.document);
    }
    yaml_parser_delete(&parser);
    if (outcome)
        return -1;
    *cluster = fresh;
    fresh = (struct cluster){0};
    return 0;
}
