/* template - what a job's pod template must be, so that pods can be made of it. */
#include "job/template.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/decode.h"
#include "base/decode_print.h"
#include "base/place.h"
#include "base/text.h"
#include "job/names.h"

#define TRAINER   "trainer"
#define OWN_LABEL "muster.dev/"

struct checker {
    struct text path;
    struct problems *problems;
    bool native;
};

/* The keys of the template. */

static bool label_free(const char *key)
{
    return names_key(key) && strncmp(key, OWN_LABEL, strlen(OWN_LABEL)) != 0;
}

static const struct decode_form label_form = {
    "the key of a label, and not of " OWN_LABEL ", which the controller sets", label_free};

static const struct decode_row metadata_rows[] = {
    {.key = "labels",
     .kind = DECODE_MAP,
     .need = DECODE_OPTIONAL,
     .most = TEMPLATE_LABELS,
     .key_form = &label_form,
     .form = &names_value_form},
    {.key = "annotations",
     .kind = DECODE_MAP,
     .need = DECODE_OPTIONAL,
     .most = TEMPLATE_LABELS,
     .key_form = &names_key_form,
     .form = &names_note_form},
};
static const struct decode_table metadata_table = {
    .rows = metadata_rows, .row_count = sizeof metadata_rows / sizeof *metadata_rows};

static const struct decode_row template_rows[] = {
    {.key = "metadata", DECODE_HERE(metadata_table)},
    {.key = "spec", .kind = DECODE_TREE, .need = DECODE_REQUIRED},
};
static const struct decode_table template_table = DECODE_TABLE(template_rows, char *);

/* Problems. */

static void wrong(struct checker *checker, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a problem at a key of the place. */
static void wrong(struct checker *checker, const char *key, const char *format, ...)
{
    size_t mark = checker->path.size;
    va_list arguments;

    place_add_key(&checker->path, key);
    va_start(arguments, format);
    problems_vadd(checker->problems, checker->path.data, format, arguments);
    va_end(arguments);
    text_cut(&checker->path, mark);
}

/* Adds the problem of a value that a key may not have; NULL = it is missing. */
static void refuse(struct checker *checker,
                   const char *key,
                   const cJSON *value,
                   const char *allowed)
{
    CLEAN(text) struct text found = {0};

    if (!value) {
        wrong(checker, key, "is missing; must be %s", allowed);
        return;
    }
    decode_print_value(value, &found);
    wrong(checker, key, "must be %s, is %s", allowed, found.data);
}

static const cJSON *value_of(const cJSON *object, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

    return cJSON_IsNull(value) ? NULL : value;
}

/* Containers. */

static const char *name_of(const cJSON *container)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(container, "name"));
}

const struct cJSON *template_trainer(const struct cJSON *pod)
{
    const cJSON *containers = cJSON_GetObjectItemCaseSensitive(pod, "containers");
    const cJSON *container;

    cJSON_ArrayForEach(container, containers)
    {
        const char *name = name_of(container);

        if (name && !strcmp(name, TRAINER))
            return container;
    }
    return cJSON_GetArraySize(containers) == 1 ? containers->child : NULL;
}

/* Checks the name of a container of `list`, which no other may have. */
static void name_check(struct checker *checker, const cJSON *list, const cJSON *container)
{
    const char *name = name_of(container);
    const cJSON *other = list->child;

    if (!name || !names_label(name)) {
        refuse(checker, "name", value_of(container, "name"), names_label_form.words);
        return;
    }
    while (other != container && (!name_of(other) || strcmp(name_of(other), name)))
        other = other->next;
    if (other != container)
        wrong(checker, "name", "is the name of two containers, %s", name);
}

static void image_check(struct checker *checker, const cJSON *container, bool needed)
{
    const cJSON *image = value_of(container, "image");

    if (image ? !cJSON_IsString(image) || !*image->valuestring : needed)
        refuse(checker, "image", image, "the name of an image");
}

/* Checks that the agent knows what to start. */
static void command_check(struct checker *checker, const cJSON *container)
{
    const cJSON *command = value_of(container, "command");

    if (!checker->native) {
        if (!cJSON_IsArray(command) || !command->child)
            refuse(checker,
                   "command",
                   command,
                   "the command of the trainer, which the agent cannot read from the image");
        return;
    }
    if (command)
        wrong(checker, "command", "may not be given beside spec.training, which is what runs");
    if (value_of(container, "args"))
        wrong(checker, "args", "may not be given beside spec.training, which is what runs");
}

static void container_check(struct checker *checker,
                            const cJSON *list,
                            const cJSON *container,
                            const cJSON *trainer)
{
    name_check(checker, list, container);
    image_check(checker, container, container != trainer || !checker->native);
    if (container == trainer)
        command_check(checker, container);
}

/* Checks the containers below a key. Returns whether there is a list of them. */
static bool containers_check(struct checker *checker,
                             const char *key,
                             const cJSON *list,
                             const cJSON *trainer)
{
    static const struct decode_row element = {.kind = DECODE_OBJECTS, .most = TEMPLATE_CONTAINERS};
    CLEAN(text) struct text allowed = {0};
    int count = cJSON_GetArraySize(list);
    size_t mark = checker->path.size;
    const cJSON *container;
    size_t index = 0;

    if (!cJSON_IsArray(list) || count < 1 || count > TEMPLATE_CONTAINERS) {
        decode_print_allowed(&element, &allowed);
        refuse(checker, key, list, allowed.data);
        return false;
    }
    place_add_key(&checker->path, key);
    cJSON_ArrayForEach(container, list)
    {
        size_t here = checker->path.size;

        place_add_index(&checker->path, index++);
        if (cJSON_IsObject(container))
            container_check(checker, list, container, trainer);
        else
            problems_add(checker->problems, checker->path.data, "must be an object");
        text_cut(&checker->path, here);
    }
    text_cut(&checker->path, mark);
    return true;
}

static void pod_check(struct checker *checker, const cJSON *pod)
{
    const cJSON *initial = value_of(pod, "initContainers");
    const cJSON *policy = value_of(pod, "restartPolicy");
    const cJSON *trainer = template_trainer(pod);

    if (containers_check(checker, "containers", value_of(pod, "containers"), trainer) && !trainer)
        wrong(checker, "containers", "must have one named " TRAINER ", or be a single one");
    if (initial && !(cJSON_IsArray(initial) && !initial->child))
        containers_check(checker, "initContainers", initial, NULL);
    if (policy && (!cJSON_IsString(policy) || strcmp(policy->valuestring, "Never") != 0))
        refuse(checker, "restartPolicy", policy, "Never or absent, for Muster itself restarts");
}

void template_check(const struct cJSON *template,
                    const char *path,
                    bool native,
                    struct problems *problems)
{
    struct checker checker = {.problems = problems, .native = native};
    char *kept = NULL;

    decode_read(&template_table, template, path, &kept, problems);
    decode_done(&template_table, &kept);
    text_add(&checker.path, path);
    place_add_key(&checker.path, "spec");
    template = cJSON_GetObjectItemCaseSensitive(template, "spec");
    if (cJSON_IsObject(template))
        pod_check(&checker, template);
    text_done(&checker.path);
}

static void words_add(const cJSON *list, struct text *words)
{
    const cJSON *word;

    cJSON_ArrayForEach(word, list)
    {
        if (cJSON_IsString(word))
            text_word(words, "%s", word->valuestring);
    }
}

void template_command(const char *template, struct text *words)
{
    cJSON *root = cJSON_Parse(template);
    const cJSON *trainer = template_trainer(value_of(root, "spec"));

    if (value_of(trainer, "command")) {
        words_add(value_of(trainer, "command"), words);
        words_add(value_of(trainer, "args"), words);
    }
    cJSON_Delete(root);
}
