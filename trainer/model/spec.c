/* spec - the text of a model, as a checkpoint carries it. */
#include "trainer/model/spec.h"

#include <cjson/cJSON.h>

int spec_read(const char *json, struct training_model *model, struct error *error)
{
    CLEAN(problems) struct problems problems = {0};
    struct training_model read = {0};
    cJSON *tree = cJSON_ParseWithOpts(json, NULL, true);
    int wrong = !tree || training_model_decode(tree, &read, &problems);

    cJSON_Delete(tree);
    if (wrong)
        return problems.count
                   ? error_set(error, "%s: %s", problems.items[0].path, problems.items[0].text)
                   : error_set(error, "the model is not JSON");
    *model = read;
    return 0;
}

int spec_compare(const struct training_model *found,
                 const struct training_model *wanted,
                 struct text *out)
{
    if (found->input_size != wanted->input_size) {
        text_addf(out,
                  "a sample has %lld numbers, not %lld",
                  (long long)found->input_size,
                  (long long)wanted->input_size);
        return 1;
    }
    for (size_t i = 0; i < found->layer_count && i < wanted->layer_count; i++) {
        const struct training_layer *a = &found->layers[i];
        const struct training_layer *b = &wanted->layers[i];

        if (a->units != b->units)
            text_addf(out,
                      "layer %zu has %lld units, not %lld",
                      i,
                      (long long)a->units,
                      (long long)b->units);
        else if (a->activation != b->activation)
            text_addf(out,
                      "layer %zu has activation %s, not %s",
                      i,
                      training_activation_name(a->activation),
                      training_activation_name(b->activation));
        if (a->units != b->units || a->activation != b->activation)
            return 1;
    }
    if (found->layer_count == wanted->layer_count)
        return 0;
    text_addf(out, "there are %zu layers, not %zu", found->layer_count, wanted->layer_count);
    return 1;
}
