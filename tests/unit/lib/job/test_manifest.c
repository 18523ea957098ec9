/* Manifests: YAML becomes the tree that JSON would, every node knows its line, and what is too
 * large, doubtful or broken is refused with its place. */
#include "job/manifest.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "base/place.h"
#include "support/check.h"

static int read_text(const char *text, struct manifest *manifest, struct error *error)
{
    CLEAN(problems) struct problems problems = {0};

    return manifest_read("job.yaml", text, strlen(text), manifest, &problems, error);
}

/* Every row is a document and the JSON of its tree. */
static void documents_become_the_tree_that_json_would(void)
{
    static const char *const rows[][2] = {
        {"a: 1\nb: two\nc: [true, null, 1.5]", "{\"a\":1,\"b\":\"two\",\"c\":[true,null,1.5]}"},
        {"{\"a\": {\"b\": [1, \"x\\u00e4\\n\"]}}", "{\"a\":{\"b\":[1,\"x\xc3\xa4\\n\"]}}"},
        {"a: '1'\nb: \"true\"\nc: |\n  1\n", "{\"a\":\"1\",\"b\":\"true\",\"c\":\"1\\n\"}"},
        {"- - 1\n  - 2\n- x: {}\n- []", "[[1,2],{\"x\":{}},[]]"},
        {"---\na:\nb: ~\n...\n", "{\"a\":null,\"b\":null}"},
        {"%YAML 1.1\n---\n7 # seven", "7"},
        {"1: x\ntrue: z\n", "{\"1\":\"x\",\"true\":\"z\"}"},
        {"? a\n: b", "{\"a\":\"b\"}"},
        {"a: &x {k: [1, 2]}\nb: *x\nc: [*x]",
         "{\"a\":{\"k\":[1,2]},\"b\":{\"k\":[1,2]},\"c\":[{\"k\":[1,2]}]}"},
        {"a: &x 1\nb: &x 2\nc: *x", "{\"a\":1,\"b\":2,\"c\":2}"},
        {"&r\na: &x ''\nb: *x", "{\"a\":\"\",\"b\":\"\"}"},
        {"\xef\xbb\xbf"
         "a: 1",
         "{\"a\":1}"},
        {"'<<': 1", "{\"<<\":1}"},
        {"a: <<", "{\"a\":\"<<\"}"},
        {"{a: 1, b, 'c': }", "{\"a\":1,\"b\":null,\"c\":null}"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(manifest) struct manifest manifest = {0};
        CLEAN_FREE char *printed = NULL;

        CU_ASSERT(read_text(rows[i][0], &manifest, NULL) == 0);
        printed = cJSON_PrintUnformatted(manifest.root);
        CU_ASSERT(printed && !strcmp(printed, rows[i][1]));
    }
}

static void what_is_doubtful_or_broken_is_refused_with_its_place(void)
{
    static const char *const rows[][2] = {
        {"", "job.yaml: is empty"},
        {"# nothing\n", "job.yaml: is empty"},
        {"a: 1\n---\nb: 2", "job.yaml:2:1: a second document begins here, only one is allowed"},
        {"a: 1\n---\n", "job.yaml:2:1: a second document begins here, only one is allowed"},
        {"a: !!str 5", "job.yaml:1:4: tags are not supported; a text can be put in quotes"},
        {"a: !x [1]", "job.yaml:1:4: tags are not supported; a text can be put in quotes"},
        {"!!map {}", "job.yaml:1:1: tags are not supported; a text can be put in quotes"},
        {"a: &x {b: 1}\nc:\n  <<: *x",
         "job.yaml:3:3: merge keys (<<) are not supported; write the keys out"},
        {"a: {b: yes}",
         "job.yaml:1:8: yes is no text to kubectl, and one to other readers; put it in quotes"},
        {"a:\n- 'yes'\n- 010",
         "job.yaml:3:3: 010 is no text to kubectl, and one to other readers; put it in quotes"},
        {"? [1]\n: 2", "job.yaml:1:3: a key must be a plain text, not a mapping or sequence"},
        {"? {a: 1}\n: 2", "job.yaml:1:3: a key must be a plain text, not a mapping or sequence"},
        {"- &x a\n- *x : 1", "job.yaml:2:3: a key must be a plain text, not an alias"},
        {"&x a: 1", "job.yaml:1:1: an anchor may not stand at a key"},
        {"a: *x", "job.yaml:1:4: there is no anchor of this name before the alias"},
        {"a: *x\nb: &x 1", "job.yaml:1:4: there is no anchor of this name before the alias"},
        {"a: &x [1, *x]", "job.yaml:1:11: the alias stands within its own anchor"},
        {"&x\na: {b: [*x]}", "job.yaml:2:9: the alias stands within its own anchor"},
        {"a: \"x\\0y\"", "job.yaml:1:4: a text may not hold a zero byte"},
        {"\"x\\0y\": 1", "job.yaml:1:1: a text may not hold a zero byte"},
        {"a: 1\nb: [1, 2\nc: 3",
         "job.yaml:3:2: did not find expected ',' or ']' while parsing a flow sequence"},
        {"a: 1\n b: 2", "job.yaml:2:3: mapping values are not allowed in this context"},
        {"a:\n\t- b",
         "job.yaml:2:1: found character that cannot start any token while scanning for the next "
         "token"},
        {"a: 'x", "job.yaml:1:6: found unexpected end of stream while scanning a quoted scalar"},
        {"a: b\nc: d\xff", "job.yaml:2:5: invalid leading UTF-8 octet"},
        {"a: b\xc3\xa4\nc: d\xc3\xa4\xff", "job.yaml:2:6: invalid leading UTF-8 octet"},
        {"\xff\xfe[\x01]\x01", "job.yaml:1:1: invalid leading UTF-8 octet"},
        {"a: b\n\x01", "job.yaml:2:1: control characters are not allowed"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(manifest) struct manifest manifest = {0};
        struct error error = {""};

        CU_ASSERT(read_text(rows[i][0], &manifest, &error) == -1);
        CHECK_TEXT(error.text, rows[i][1]);
        CU_ASSERT(manifest.root == NULL);
    }
}

static void every_place_has_the_line_of_its_key(void)
{
    static const char text[] = "a: 1\n"             /* 1 */
                               "b:\n"               /* 2 */
                               "  c: [x,\n"         /* 3 */
                               "      z]\n"         /* 4 */
                               "  d:\n"             /* 5 */
                               "  - e: 1\n"         /* 6 */
                               "    f: &f\n"        /* 7 */
                               "      g: |\n"       /* 8 */
                               "        text\n"     /* 9 */
                               "  - 2\n"            /* 10 */
                               "h: {i: *f,\n"       /* 11 */
                               "    j: [*f, 1]}\n"; /* 12 */
    static const struct {
        const char *path;
        int line;
    } rows[] = {
        {"", 1},
        {"a", 1},
        {"b", 2},
        {"b.c", 3},
        {"b.c[0]", 3},
        {"b.c[1]", 4},
        {"b.d", 5},
        {"b.d[0]", 6},
        {"b.d[0].e", 6},
        {"b.d[0].f", 7},
        {"b.d[0].f.g", 8},
        {"b.d[1]", 10},
        {"h", 11},
        {"h.i", 11},
        {"h.i.g", 8},
        {"h.j", 12},
        {"h.j[0]", 12},
        {"h.j[0].g", 8},
        {"h.j[1]", 12},
        {"b.missing", 2},
        {"nothing.at.all", 1},
        {"b.d[7].e", 5},
        {"b.d[0].f.x[1]", 7},
    };
    CLEAN(manifest) struct manifest manifest = {0};

    CU_ASSERT(read_text(text, &manifest, NULL) == 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(manifest_line(&manifest, rows[i].path) == rows[i].line);
}

static void a_key_that_is_given_twice_is_told_with_both_lines(void)
{
    static const char text[] =
        "a: 1\nb:\n  - {x: 1,\n     y: 2, x: 3}\nc: 2\n\"a\": {b: 1}\na: 4\n";
    CLEAN(problems) struct problems problems = {0};
    CLEAN(manifest) struct manifest manifest = {0};
    CLEAN_FREE char *printed = NULL;

    CU_ASSERT(manifest_read("j", text, strlen(text), &manifest, &problems, NULL) == 1);
    printed = cJSON_PrintUnformatted(manifest.root);
    CU_ASSERT(printed && !strcmp(printed, "{\"a\":1,\"b\":[{\"x\":1,\"y\":2}],\"c\":2}"));
    CU_ASSERT_FATAL(problems.count == 3);
    CHECK_TEXT(problems.items[0].path, "b[0].x");
    CHECK_TEXT(problems.items[0].text, "is given twice, on lines 3 and 4");
    CHECK_TEXT(problems.items[1].path, "a");
    CHECK_TEXT(problems.items[1].text, "is given twice, on lines 1 and 6");
    CHECK_TEXT(problems.items[2].text, "is given twice, on lines 1 and 7");
}

/* Bounds: the most is read, one more is refused. */

static void repeat(struct text *out, const char *piece, int times)
{
    for (int i = 0; i < times; i++)
        text_add(out, piece);
}

static void bound(const struct text *text, const char *wanted)
{
    CLEAN(manifest) struct manifest manifest = {0};
    struct error error = {""};
    int outcome = read_text(text->data, &manifest, &error);

    CU_ASSERT(outcome == (wanted ? -1 : 0));
    CU_ASSERT(!wanted || strstr(error.text, wanted));
    if (wanted ? !strstr(error.text, wanted) : outcome)
        printf("%s\n", error.text);
}

static void depth_is_bounded(void)
{
    for (int extra = 0; extra < 2; extra++) {
        CLEAN(text) struct text flow = {0};
        CLEAN(text) struct text block = {0};
        CLEAN(text) struct text alias = {0};
        const char *wanted = extra ? "more than 32 levels" : NULL;

        repeat(&flow, "[", MANIFEST_DEPTH + extra);
        repeat(&flow, "]", MANIFEST_DEPTH + extra);
        bound(&flow, wanted);
        repeat(&block, "- ", MANIFEST_DEPTH + extra);
        bound(&block, wanted);
        text_add(&alias, "a: &x [[[{b: 1}]]]\nc: ");
        repeat(&alias, "[", MANIFEST_DEPTH - 5 + extra);
        text_add(&alias, "*x");
        repeat(&alias, "]", MANIFEST_DEPTH - 5 + extra);
        bound(&alias, wanted);
    }
}

static void the_number_of_values_is_bounded(void)
{
    for (int extra = 0; extra < 2; extra++) {
        CLEAN(text) struct text plain = {0};
        CLEAN(text) struct text alias = {0};
        const char *wanted = extra ? "more than 20000 values" : NULL;

        repeat(&plain, "- 1\n", MANIFEST_NODES - 1 + extra);
        bound(&plain, wanted);
        /* 1 + 1000 + 18 x 1000, and then some */
        text_add(&alias, "- &x\n");
        repeat(&alias, "  - 1\n", 999);
        repeat(&alias, "- *x\n", 18);
        repeat(&alias, "- 1\n", 999 + extra);
        bound(&alias, wanted);
    }
}

static void aliases_of_aliases_do_not_explode(void)
{
    CLEAN(text) struct text text = {0};

    text_add(&text, "- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
        text_addf(&text, "- &a%d [", i);
        for (int k = 0; k < 10; k++)
            text_addf(&text, "%s*a%d", k ? ", " : "", i - 1);
        text_add(&text, "]\n");
    }
    bound(&text, "more than 20000 values, aliases expanded");
}

static void keys_and_anchors_are_bounded(void)
{
    for (int extra = 0; extra < 2; extra++) {
        CLEAN(text) struct text keys = {0};
        CLEAN(text) struct text anchors = {0};
        CLEAN(text) struct text name = {0};
        CLEAN(text) struct text directives = {0};

        for (int i = 0; i < MANIFEST_KEYS + extra; i++)
            text_addf(&keys, "k%d: 1\n", i);
        bound(&keys, extra ? "job.yaml:1001:8: more than 1000 keys in a mapping" : NULL);
        for (int i = 0; i < MANIFEST_ANCHORS + extra; i++)
            text_addf(&anchors, "- &a%d 1\n", i);
        bound(&anchors, extra ? "job.yaml:101:3: more than 100 anchors" : NULL);
        text_add(&name, "&");
        repeat(&name, "a", MANIFEST_ANCHOR + extra);
        text_add(&name, " 1");
        for (int i = 0; i < MANIFEST_ANCHORS + extra; i++)
            text_addf(&directives, "%%TAG !%d! x\n", i);
        text_add(&directives, "--- {}\n");
        bound(&directives, extra ? "job.yaml: more than 100 tag directives" : NULL);
        bound(&name, extra ? "name of an anchor is longer than 64 bytes" : NULL);
    }
}

static void the_size_is_bounded(void)
{
    CLEAN(text) struct text text = {0};
    CLEAN(manifest) struct manifest manifest = {0};
    CLEAN(problems) struct problems problems = {0};
    struct error error = {""};

    text_add(&text, "a: 1\n#");
    while (text.size < MANIFEST_SIZE)
        text_add(&text, "x");
    bound(&text, NULL);
    text_add(&text, "x");
    CU_ASSERT(manifest_read("j", text.data, text.size, &manifest, &problems, &error) == -1);
    CHECK_TEXT(error.text, "j: larger than the 1048576 bytes allowed");
}

static void problems_are_reported_in_the_order_of_their_lines(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(manifest) struct manifest manifest = {0};
    CLEAN(text) struct text report = {0};

    CU_ASSERT(read_text("a: 1\nb:\n  c: 2\n", &manifest, NULL) == 0);
    CU_ASSERT(manifest_set(&manifest, "d.e=1", NULL) == 0);
    problems_add(&problems, "d.e", "four");
    problems_add(&problems, "b.c", "two");
    problems_add(&problems, "", "zero");
    problems_add(&problems, "b.x", "one");
    problems_add(&problems, "b.c.y", "three");
    problems.dropped = 5;
    manifest_report(&manifest, &problems, &report);
    CHECK_TEXT(report.data,
               "--set: d.e: four\n"
               "job.yaml:1: zero\n"
               "job.yaml:2: b.x: one\n"
               "job.yaml:3: b.c: two\n"
               "job.yaml:3: b.c.y: three\n"
               "job.yaml: 5 more problems\n");
}

SUITE("job manifest",
      {"documents become the tree that JSON would", documents_become_the_tree_that_json_would},
      {"what is doubtful or broken is refused with its place",
       what_is_doubtful_or_broken_is_refused_with_its_place},
      {"every place has the line of its key", every_place_has_the_line_of_its_key},
      {"a key that is given twice is told with both lines",
       a_key_that_is_given_twice_is_told_with_both_lines},
      {"depth is bounded", depth_is_bounded},
      {"the number of values is bounded", the_number_of_values_is_bounded},
      {"aliases of aliases do not explode", aliases_of_aliases_do_not_explode},
      {"keys and anchors are bounded", keys_and_anchors_are_bounded},
      {"the size is bounded", the_size_is_bounded},
      {"problems are reported in the order of their lines",
       problems_are_reported_in_the_order_of_their_lines})
