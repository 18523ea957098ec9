/* json_tree - whole trees written as JSON text. A program that only writes numbers and texts does
 * not link the library of the trees. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>

#include "base/json.h"

static void children_add(struct text *out, const cJSON *tree)
{
    const cJSON *child;

    cJSON_ArrayForEach(child, tree)
    {
        text_add(out, child == tree->child ? "" : ",");
        if (cJSON_IsObject(tree)) {
            json_add_text(out, child->string);
            text_add(out, ":");
        }
        json_add_tree(out, child);
    }
}

void json_add_tree(struct text *out, const struct cJSON *tree)
{
    bool object = cJSON_IsObject(tree);

    if (object || cJSON_IsArray(tree)) {
        text_add(out, object ? "{" : "[");
        children_add(out, tree);
        text_add(out, object ? "}" : "]");
    } else if (cJSON_IsString(tree)) {
        json_add_text(out, tree->valuestring);
    } else if (cJSON_IsNumber(tree) && isfinite(tree->valuedouble)) {
        json_add_number(out, tree->valuedouble);
    } else if (cJSON_IsBool(tree)) {
        text_add(out, cJSON_IsTrue(tree) ? "true" : "false");
    } else {
        text_add(out, "null");
    }
}
