/* Pod templates: what Muster relies on is told when it is wrong, the rest is not touched. */
#include "job/template.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"

static const char foreign[] =
    "{\"metadata\": {\"labels\": {\"team\": \"a\"}, \"annotations\": {\"x.io/note\": "
    "\"any\\ntext\"}},"
    "\"spec\": {\"initContainers\": [{\"name\": \"fetch\", \"image\": \"curl\"}],"
    "\"containers\": [{\"name\": \"trainer\", \"image\": \"torch\", \"command\": [\"train\"],"
    "\"args\": [\"-v\"]}, {\"name\": \"side\", \"image\": \"proxy\"}], \"restartPolicy\": "
    "\"Never\","
    "\"volumes\": [{\"name\": \"data\"}]}}";

static const char native[] =
    "{\"spec\": {\"containers\": [{\"name\": \"only\", \"resources\": {}}], "
    "\"initContainers\": [], \"restartPolicy\": null}}";

static void check(const char *text, bool is_native, struct problems *problems)
{
    cJSON *json = cJSON_Parse(text);

    if (!json)
        abort();
    template_check(json, "spec.template", is_native, problems);
    cJSON_Delete(json);
}

static void good_templates_have_no_problem(void)
{
    CLEAN(problems) struct problems problems = {0};

    check(foreign, false, &problems);
    check(native, true, &problems);
    CU_ASSERT(problems.count == 0);
}

static void the_command_is_that_of_the_trainer_with_its_arguments(void)
{
    CLEAN(text) struct text words = {0};
    const char *list[4];

    template_command(native, &words);
    CU_ASSERT(text_word_count(&words) == 0);
    template_command(foreign, &words);
    CU_ASSERT(text_words(&words, list, 3) == 2);
    CHECK_TEXT(list[0], "train");
    CHECK_TEXT(list[1], "-v");
}

#define SPEC       "spec.template.spec"
#define CONTAINERS "must be a list of 1 to 64 objects"
#define LABEL      "must be a DNS label (a-z, 0-9, inner -)"
#define IMAGE      "must be the name of an image"
#define COMMAND    "must be the command of the trainer, which the agent cannot read from the image"
#define BESIDE     "may not be given beside spec.training, which is what runs"
#define RESERVED                                                                                   \
    "its key must be the key of a label, and not of muster.dev/, which the controller sets"

/* One change of a good template, and the one problem that it makes. */
static const struct mistake {
    const char *template;
    const char *what;
    const char *with;
    const char *path;
    const char *text;
} mistakes[] = {
    {foreign,
     "\"team\"",
     "\"muster.dev/job\"",
     "spec.template.metadata.labels[\"muster.dev/job\"]",
     RESERVED},
    {foreign, "\"team\"", "\"a b\"", "spec.template.metadata.labels[\"a b\"]", RESERVED},
    {foreign,
     "\"a\"",
     "\"-\"",
     "spec.template.metadata.labels.team",
     "must be a text of at most 63 letters, digits and inner -, _ and ., is \"-\""},
    {foreign,
     "\"any\\ntext\"",
     "5",
     "spec.template.metadata.annotations[\"x.io/note\"]",
     "must be a text of at most 262144 bytes, is 5"},
    {foreign,
     "\"labels\"",
     "\"name\": \"x\", \"labels\"",
     "spec.template.metadata.name",
     "is not a key of this object; allowed are labels, annotations"},
    {foreign,
     "\"metadata\"",
     "\"kind\": \"Pod\", \"metadata\"",
     "spec.template.kind",
     "is not a key of this object; allowed are metadata, spec"},
    {native,
     "{\"spec\": {",
     "{\"spec\": 7, \"metadata\": {}, \"spec\": {",
     "spec.template.spec",
     "is given twice"},
    {native,
     "{\"containers\": [{\"name\": \"only\", \"resources\": {}}], \"initContainers\": [], "
     "\"restartPolicy\": null}",
     "7",
     SPEC,
     "must be an object, is 7"},
    {native, "\"containers\"", "\"other\"", SPEC ".containers", "is missing; " CONTAINERS},
    {native,
     "{\"name\": \"only\", \"resources\": {}}",
     "",
     SPEC ".containers",
     CONTAINERS ", is a list of 0"},
    {native,
     "{\"name\": \"only\", \"resources\": {}}",
     "7",
     SPEC ".containers[0]",
     "must be an object"},
    {native, "\"name\": \"only\", ", "", SPEC ".containers[0].name", "is missing; " LABEL},
    {native, "\"only\"", "\"On_ly\"", SPEC ".containers[0].name", LABEL ", is \"On_ly\""},
    {native, "\"only\"", "8", SPEC ".containers[0].name", LABEL ", is 8"},
    {native, "\"resources\": {}", "\"image\": 8", SPEC ".containers[0].image", IMAGE ", is 8"},
    {native, "\"resources\": {}", "\"command\": []", SPEC ".containers[0].command", BESIDE},
    {native, "\"resources\": {}", "\"args\": [\"-v\"]", SPEC ".containers[0].args", BESIDE},
    {native,
     "\"only\", \"resources\": {}}",
     "\"a\", \"image\": \"a\"}, {\"name\": \"b\", \"image\": \"b\"}",
     SPEC ".containers",
     "must have one named trainer, or be a single one"},
    {foreign,
     "\"side\"",
     "\"trainer\"",
     SPEC ".containers[1].name",
     "is the name of two containers, trainer"},
    {foreign, "\"image\": \"torch\", ", "", SPEC ".containers[0].image", "is missing; " IMAGE},
    {foreign, "\"proxy\"", "\"\"", SPEC ".containers[1].image", IMAGE ", is \"\""},
    {foreign, "[\"train\"]", "[]", SPEC ".containers[0].command", COMMAND ", is a list of 0"},
    {foreign, "[\"train\"]", "\"train\"", SPEC ".containers[0].command", COMMAND ", is \"train\""},
    {foreign,
     "\"command\": [\"train\"],",
     "",
     SPEC ".containers[0].command",
     "is missing; " COMMAND},
    {foreign,
     "[{\"name\": \"fetch\", \"image\": \"curl\"}]",
     "{}",
     SPEC ".initContainers",
     CONTAINERS ", is an object"},
    {foreign,
     "\"image\": \"curl\"",
     "\"args\": []",
     SPEC ".initContainers[0].image",
     "is missing; " IMAGE},
    {foreign,
     "\"Never\"",
     "\"OnFailure\"",
     SPEC ".restartPolicy",
     "must be Never or absent, for Muster itself restarts, is \"OnFailure\""},
};

static void each_mistake_is_one_problem_with_its_place(void)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *mistake = &mistakes[i];
        CLEAN_FREE char *text = check_replaced(mistake->template, mistake->what, mistake->with);
        CLEAN(problems) struct problems problems = {0};

        check(text, mistake->template == native, &problems);
        CU_ASSERT(problems.count >= 1);
        if (!problems.count)
            continue;
        CHECK_TEXT(problems.items[0].path, mistake->path);
        CHECK_TEXT(problems.items[0].text, mistake->text);
    }
}

static void too_many_containers_are_refused(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(text) struct text text = {0};

    text_add(&text, "{\"spec\": {\"containers\": [{\"name\": \"trainer\"}");
    for (int i = 0; i < TEMPLATE_CONTAINERS; i++)
        text_addf(&text, ", {\"name\": \"side-%d\", \"image\": \"i\"}", i);
    text_add(&text, "]}}");
    check(text.data, true, &problems);
    CU_ASSERT_FATAL(problems.count == 1);
    CHECK_TEXT(problems.items[0].text, CONTAINERS ", is a list of 65");
}

static void the_trainer_is_the_one_of_that_name_or_the_only_one(void)
{
    static const struct {
        const char *pod;
        const char *wanted;
    } rows[] = {
        {"{\"containers\": [{\"name\": \"a\"}]}", "a"},
        {"{\"containers\": [{\"name\": \"a\"}, {\"name\": \"trainer\"}]}", "trainer"},
        {"{\"containers\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}", NULL},
        {"{\"containers\": [{\"name\": 7}, {}]}", NULL},
        {"{\"containers\": []}", NULL},
        {"{}", NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON *pod = cJSON_Parse(rows[i].pod);
        const cJSON *trainer = template_trainer(pod);

        CU_ASSERT_FATAL((trainer != NULL) == (rows[i].wanted != NULL));
        if (trainer)
            CHECK_TEXT(cJSON_GetObjectItemCaseSensitive(trainer, "name")->valuestring,
                       rows[i].wanted);
        cJSON_Delete(pod);
    }
}

SUITE("job template",
      {"good templates have no problem", good_templates_have_no_problem},
      {"the command is that of the trainer with its arguments",
       the_command_is_that_of_the_trainer_with_its_arguments},
      {"each mistake is one problem with its place", each_mistake_is_one_problem_with_its_place},
      {"too many containers are refused", too_many_containers_are_refused},
      {"the trainer is the one of that name or the only one",
       the_trainer_is_the_one_of_that_name_or_the_only_one})
