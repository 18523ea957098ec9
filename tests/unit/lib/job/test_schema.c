/* The schema of the TrainingJob resource is the tables of lib/job: the same keys, types, ranges and
 * defaults. The rules between keys are compared by the manifests of tests/manifests. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "job/job.h"
#include "job/manifest.h"
#include "job/template.h"
#include "support/check.h"

#define SCHEMA "scripts/crd/trainingjob.yaml"

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* Asserts with the key that it is about. */
static void must(bool holds, const char *key, const char *what)
{
    CU_ASSERT(holds);
    if (!holds)
        printf("%s: %s\n", key, what);
}

static bool is_text(const cJSON *value, const char *text)
{
    return cJSON_IsString(value) && !strcmp(value->valuestring, text);
}

static bool is_number(const cJSON *value, double number)
{
    return cJSON_IsNumber(value) && value->valuedouble == number;
}

static bool lists(const cJSON *list, const char *text)
{
    const cJSON *element;

    cJSON_ArrayForEach(element, list)
    {
        if (is_text(element, text))
            return true;
    }
    return false;
}

static void range_compare(const struct decode_row *row, const char *type, const cJSON *schema)
{
    must(is_text(member(schema, "type"), type), row->key, "another type");
    must(is_number(member(schema, "minimum"), row->low), row->key, "another minimum");
    must(is_number(member(schema, "maximum"), row->high), row->key, "another maximum");
}

static void list_compare(const struct decode_row *row, const cJSON *schema)
{
    must(is_text(member(schema, "type"), "array"), row->key, "not an array");
    must(is_number(member(schema, "minItems"), 1), row->key, "another minItems");
    must(is_number(member(schema, "maxItems"), (double)row->most), row->key, "another maxItems");
}

static void words_compare(const struct decode_row *row, const cJSON *schema)
{
    const cJSON *words = member(schema, "enum");
    int count = 0;

    must(is_text(member(schema, "type"), "string"), row->key, "not a string");
    for (; row->words[count]; count++)
        must(lists(words, row->words[count]), row->key, row->words[count]);
    must(cJSON_GetArraySize(words) == count, row->key, "other words");
}

/* What depends on another key cannot be a default of the schema. */
static void preset_compare(const struct decode_row *row, const cJSON *schema)
{
    const cJSON *preset = member(schema, "default");
    bool unsaid = row->kind == DECODE_WORD && !row->words[(size_t)row->preset];

    if (row->need != DECODE_PRESET || row->only || unsaid)
        must(preset == NULL, row->key, "has a default");
    else if (row->kind == DECODE_WORD)
        must(is_text(preset, row->words[(size_t)row->preset]), row->key, "another default");
    else if (row->kind == DECODE_OBJECT)
        must(cJSON_IsObject(preset), row->key, "no default");
    else if (row->kind == DECODE_INTEGER || row->kind == DECODE_NUMBER)
        must(is_number(preset, row->preset), row->key, "another default");
}

static void table_compare(const struct decode_table *table, const cJSON *schema);

static void value_compare(const struct decode_row *row, const cJSON *schema)
{
    switch (row->kind) {
    case DECODE_TEXT:
        must(is_number(member(schema, "minLength"), 1), row->key, "another minLength");
        must(is_number(member(schema, "maxLength"), (double)row->most), row->key, "longer");
        must(member(schema, "pattern") != NULL, row->key, "any characters");
        break;
    case DECODE_INTEGER:
        range_compare(row, "integer", schema);
        break;
    case DECODE_NUMBER:
        range_compare(row, "number", schema);
        break;
    case DECODE_WORD:
        words_compare(row, schema);
        break;
    case DECODE_OBJECT:
        table_compare(row->table, schema);
        break;
    case DECODE_OBJECTS:
        list_compare(row, schema);
        table_compare(row->table, member(schema, "items"));
        break;
    case DECODE_INTEGERS:
        list_compare(row, schema);
        range_compare(row, "integer", member(schema, "items"));
        break;
    default:
        must(is_text(member(schema, "type"), "object"), row->key, "not an object");
    }
}

static void table_compare(const struct decode_table *table, const cJSON *schema)
{
    const cJSON *properties = member(schema, "properties");
    const cJSON *required = member(schema, "required");
    int needed = 0;

    CU_ASSERT(is_text(member(schema, "type"), "object"));
    CU_ASSERT(cJSON_GetArraySize(properties) == (int)table->row_count);
    for (size_t i = 0; i < table->row_count; i++) {
        const struct decode_row *row = &table->rows[i];
        const cJSON *property = member(properties, row->key);
        bool always = row->need == DECODE_REQUIRED && !row->only;

        must(property != NULL, row->key, "is not in the schema");
        must(lists(required, row->key) == always, row->key, "required or not");
        needed += always;
        if (!property)
            continue;
        value_compare(row, property);
        preset_compare(row, property);
    }
    CU_ASSERT(cJSON_GetArraySize(required) == needed);
}

static const struct decode_row *row_of(const struct decode_table *table, const char *key)
{
    for (size_t i = 0; i < table->row_count; i++) {
        if (!strcmp(table->rows[i].key, key))
            return &table->rows[i];
    }
    abort();
}

/* The schema of the whole object, in `manifest`. */
static const cJSON *schema_read(struct manifest *manifest)
{
    CLEAN(text) struct text content = {0};
    CLEAN(problems) struct problems problems = {0};
    struct error error = {""};
    const cJSON *versions;

    CU_ASSERT_FATAL(file_read(SCHEMA, MANIFEST_SIZE, &content, NULL) == 0);
    CU_ASSERT(manifest_read(SCHEMA, content.data, content.size, manifest, &problems, &error) == 0);
    CHECK_TEXT(error.text, "");
    versions = member(member(manifest->root, "spec"), "versions");
    return member(member(cJSON_GetArrayItem(versions, 0), "schema"), "openAPIV3Schema");
}

static void every_key_of_the_spec_is_in_the_schema(void)
{
    CLEAN(manifest) struct manifest manifest = {0};
    const cJSON *schema = schema_read(&manifest);

    CU_ASSERT_FATAL(schema != NULL);
    table_compare(row_of(&job_table, "spec")->table, member(member(schema, "properties"), "spec"));
}

static void a_name_has_the_same_bound(void)
{
    CLEAN(manifest) struct manifest manifest = {0};
    const cJSON *properties = member(schema_read(&manifest), "properties");
    const cJSON *metadata = member(member(properties, "metadata"), "properties");
    const cJSON *name = member(metadata, "name");

    CU_ASSERT(is_number(member(name, "maxLength"), JOB_NAME));
    CU_ASSERT(row_of(row_of(&job_table, "metadata")->table, "name")->most == JOB_NAME);
}

static void labels_of_a_template_have_the_same_bounds(void)
{
    static const char *const keys[] = {"labels", "annotations"};
    CLEAN(manifest) struct manifest manifest = {0};
    const cJSON *spec = member(member(schema_read(&manifest), "properties"), "spec");
    const cJSON *template = member(member(spec, "properties"), "template");
    const cJSON *metadata = member(member(template, "properties"), "metadata");

    for (size_t i = 0; i < 2; i++) {
        const cJSON *map = member(member(metadata, "properties"), keys[i]);

        must(is_number(member(map, "maxProperties"), TEMPLATE_LABELS), keys[i], "another bound");
    }
}

SUITE("job schema",
      {"every key of the spec is in the schema", every_key_of_the_spec_is_in_the_schema},
      {"a name has the same bound", a_name_has_the_same_bound},
      {"labels of a template have the same bounds", labels_of_a_template_have_the_same_bounds})
