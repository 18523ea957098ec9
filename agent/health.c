/* health - what a probe says of the accelerators of a pod, and what follows from it. */
#include "agent/health.h"

#include <stdbool.h>
#include <string.h>
#include <yaml.h>

#include "agent/message.h"
#include "base/text.h"
#include "base/utf8.h"

#define XID_MOST 65535

struct xid_row {
    uint16_t first;
    uint16_t last;
    uint8_t action;
};

/* Ordered by number. The words behind each row are the immediate action that NVIDIA's catalogue
 * of Xid errors asks for (docs.nvidia.com/deploy/xid-errors, "Analyzing Xid Errors with the Xid
 * Catalog", Ampere and newer). A device that has to be reset cannot be by a container, so that the
 * pod is given up. */
static const struct xid_row table[] = {
    {8, 8, HEALTH_SOFT},       /* RESTART_APP: stopped processing */
    {11, 11, HEALTH_SOFT},     /* RESTART_APP: invalid push buffer */
    {13, 13, HEALTH_SOFT},     /* RESTART_APP: graphics engine exception */
    {31, 32, HEALTH_SOFT},     /* RESTART_APP: MMU fault; push buffer stream */
    {43, 43, HEALTH_NONE},     /* IGNORE: the process that caused it is told by itself */
    {45, 45, HEALTH_NONE},     /* cleanup that follows another Xid, which decides */
    {46, 46, HEALTH_HARD},     /* RESET_GPU: stopped processing */
    {48, 48, HEALTH_HARD},     /* WORKFLOW_XID_48: double-bit ECC, a row is remapped at a reset */
    {62, 62, HEALTH_HARD},     /* RESET_GPU: microcontroller halted */
    {63, 63, HEALTH_WARN},     /* IGNORE: a row was remapped, or will be at the next reset */
    {64, 64, HEALTH_HARD},     /* RESET_GPU: a row could not be remapped */
    {69, 69, HEALTH_SOFT},     /* RESTART_APP: graphics engine class error */
    {74, 74, HEALTH_FABRIC},   /* WORKFLOW_NVLINK_ERR */
    {79, 79, HEALTH_HARD},     /* RESTART_BM: fallen off the bus */
    {92, 92, HEALTH_WARN},     /* IGNORE: many single-bit errors */
    {94, 94, HEALTH_SOFT},     /* RESTART_APP: contained memory error */
    {95, 95, HEALTH_HARD},     /* RESET_GPU: uncontained memory error */
    {109, 110, HEALTH_HARD},   /* RESET_GPU: context switch timed out; security fault */
    {119, 120, HEALTH_HARD},   /* RESET_GPU: GSP does not answer, or has failed */
    {121, 121, HEALTH_WARN},   /* IGNORE: C2C link, corrected */
    {136, 136, HEALTH_HARD},   /* RESET_GPU: link training has failed */
    {137, 137, HEALTH_WARN},   /* IGNORE: fault of a peer over NVLink, which has its own Xid */
    {140, 140, HEALTH_HARD},   /* RESET_GPU: unrecovered memory error */
    {143, 143, HEALTH_HARD},   /* RESET_GPU: initialisation has failed */
    {144, 150, HEALTH_FABRIC}, /* WORKFLOW_NVLINK5_ERR */
    {151, 151, HEALTH_HARD},   /* RESTART_VM: key rotation */
    {154, 154, HEALTH_WARN},   /* the recovery action has changed: "recovery" says to what */
    {155, 156, HEALTH_HARD},   /* RESET_GPU: NVLink; resource retired */
    {157, 157, HEALTH_WARN},   /* IGNORE: resource could not be retired yet */
    {158, 158, HEALTH_HARD},   /* RESET_GPU: fatal timeout */
    {160, 161, HEALTH_WARN},   /* IGNORE: channels retired */
    {171, 172, HEALTH_WARN},   /* detail of 48, which decides */
};

/* What the driver asks for: NVML_GPU_RECOVERY_ACTION_* (docs.nvidia.com/deploy/a100-gpu-mem-error-
 * mgmt, "Error Recovery and Response Flags"). */
static const struct {
    const char *word;
    enum health_action action;
} recoveries[] = {{"none", HEALTH_NONE},
                  {"reset", HEALTH_HARD},
                  {"reboot", HEALTH_HARD},
                  {"drain", HEALTH_WARN}, /* peers are to be quiet first; then it says what else */
                  {"drain-and-reset", HEALTH_HARD}};

enum health_action health_xid(int64_t xid)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (xid >= table[i].first && xid <= table[i].last)
            return table[i].action;
    }
    return HEALTH_WARN;
}

/* What a line says. The agent is one static file, and there is no cJSON for that; JSON is YAML in
 * flow style (YAML 1.2, section 1.3). */

enum { GPU, XID, RECOVERY, TEXT, FIELDS };

struct field {
    bool given;
    bool quoted; /* a text of JSON; else a number or a word */
    char value[HEALTH_LINE + 1];
};

struct reading {
    struct field fields[FIELDS];
    unsigned depth;      /* of objects and lists */
    bool valued;         /* a key was read, its value follows */
    struct field *field; /* of that key; NULL = another one */
    bool object;         /* there is one */
    bool over;
};

static int key_take(struct reading *reading, const char *key)
{
    static const char *const keys[] = {"gpu", "xid", "recovery", "text"};

    _Static_assert(sizeof keys / sizeof *keys == FIELDS, "one key a field");
    reading->field = NULL;
    for (size_t i = 0; i < FIELDS; i++) {
        if (!strcmp(key, keys[i]))
            reading->field = &reading->fields[i];
    }
    reading->valued = true;
    return reading->field && reading->field->given;
}

/* Takes a key or a value of the object itself. Returns 0; 1 when it is neither, or given twice. */
static int scalar_take(struct reading *reading, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t size = event->data.scalar.length;
    struct field *field = reading->field;

    if (!reading->depth || size > HEALTH_LINE || strlen(value) != size)
        return 1;
    if (reading->depth > 1)
        return 0;
    if (!reading->valued)
        return key_take(reading, value);
    reading->valued = false;
    if (!field)
        return 0;
    field->given = true;
    field->quoted = event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    memcpy(field->value, value, size + 1);
    return 0;
}

/* An object or list begins: the line's own, or a value that nobody asks for. */
static int nested_begin(struct reading *reading, bool object)
{
    if (reading->depth == 0 ? !object : reading->depth == 1 && (!reading->valued || reading->field))
        return 1;
    reading->depth++;
    reading->object = true;
    return 0;
}

static int nested_end(struct reading *reading)
{
    reading->depth--;
    if (reading->depth == 1)
        reading->valued = false;
    return 0;
}

static int event_take(struct reading *reading, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return 0;
    case YAML_STREAM_END_EVENT:
        reading->over = true;
        return 0;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.style != YAML_FLOW_MAPPING_STYLE ||
               nested_begin(reading, true);
    case YAML_SEQUENCE_START_EVENT:
        return nested_begin(reading, false);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        return nested_end(reading);
    case YAML_SCALAR_EVENT:
        return scalar_take(reading, event);
    default:
        return 1;
    }
}

/* Returns 0; 1 when it is not an object, or more than that. */
static int line_take(const char *line, size_t size, struct reading *reading)
{
    yaml_parser_t parser;
    int outcome = 0;

    if (size > HEALTH_LINE || !yaml_parser_initialize(&parser))
        return 1;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)line, size);
    while (!outcome && !reading->over) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            outcome = 1;
            break;
        }
        outcome = event_take(reading, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return outcome || !reading->object;
}

/* What the fields mean. */

static int whole_read(const struct field *field, int64_t most, int64_t *number)
{
    return field->quoted || text_integer(field->value, 0, most, number);
}

static int gpu_read(const struct field *field, struct health_event *event)
{
    int64_t index = -1;

    if (!field->given)
        return 1;
    if (field->quoted) {
        if (!*field->value || strlen(field->value) >= HEALTH_UUID || !utf8_line(field->value))
            return 1;
        memcpy(event->uuid, field->value, strlen(field->value) + 1);
    } else if (whole_read(field, MESSAGE_RANKS - 1, &index)) {
        return 1;
    }
    event->gpu = (int32_t)index;
    return 0;
}

static int recovery_read(const struct field *field, enum health_action *action)
{
    for (size_t i = 0; field->quoted && i < sizeof recoveries / sizeof *recoveries; i++) {
        if (!strcmp(field->value, recoveries[i].word)) {
            *action = recoveries[i].action;
            return 0;
        }
    }
    return 1;
}

/* Copies whole characters that show, as many as fit. */
static void text_keep(const char *text, char out[HEALTH_TEXT])
{
    size_t used = 0;

    while (*text) {
        const char *from = text;
        int32_t character = utf8_next(&text);
        size_t size = (size_t)(text - from);

        if (used + size >= HEALTH_TEXT)
            break;
        if (character < 0 || !utf8_shows(character)) {
            from = "?";
            size = 1;
        }
        memcpy(out + used, from, size);
        used += size;
    }
    out[used] = '\0';
}

static int fields_read(const struct field fields[FIELDS],
                       struct health_event *event,
                       struct error *error)
{
    enum health_action asked = HEALTH_NONE;

    if (gpu_read(&fields[GPU], event))
        return error_set(error, "gpu: it is neither an index nor a uuid");
    if (!fields[XID].given && !fields[RECOVERY].given)
        return error_set(error, "there is neither xid nor recovery");
    if (fields[XID].given && whole_read(&fields[XID], XID_MOST, &event->xid))
        return error_set(error, "xid: it is not a whole number from 0 to %d", XID_MOST);
    if (fields[RECOVERY].given && recovery_read(&fields[RECOVERY], &asked))
        return error_set(error,
                         "recovery: it is not one of none, reset, reboot, drain, drain-and-reset");
    event->action = fields[XID].given ? health_xid(event->xid) : HEALTH_NONE;
    if (asked > event->action)
        event->action = asked;
    if (fields[TEXT].quoted)
        text_keep(fields[TEXT].value, event->text);
    return 0;
}

int health_read(const char *line, size_t size, struct health_event *event, struct error *error)
{
    struct health_event read = {.gpu = -1, .xid = -1};
    struct reading reading = {.depth = 0};

    if (line_take(line, size, &reading))
        return error_set(error, "it is not a JSON object of at most %d bytes", HEALTH_LINE);
    if (fields_read(reading.fields, &read, error))
        return -1;
    *event = read;
    return 0;
}

int32_t health_index(const char *list, const char *uuid)
{
    size_t length = strlen(uuid);
    int32_t index = 0;

    while (list && length) {
        if (!strncmp(list, uuid, length) && (!list[length] || list[length] == ','))
            return index;
        list = strchr(list, ',');
        list += list ? 1 : 0;
        index++;
    }
    return -1;
}
