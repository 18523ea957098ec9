/* result - what a finished training says. */
#include "trainer/train/result.h"

#include <math.h>

#include "base/json.h"

#define RESULT_MOST 4000 /* bytes of the whole */
#define OTHERS_MOST 600  /* bytes of all but the path */

static void number_print(struct text *out, const char *key, double number)
{
    text_addf(out, ",\"%s\":", key);
    if (isfinite(number))
        json_add_number(out, number);
    else
        text_add(out, "null");
}

static void path_print(struct text *out, const char *path)
{
    CLEAN(text) struct text quoted = {0};

    if (path)
        json_add_text(&quoted, path);
    if (!path || quoted.size > RESULT_MOST - OTHERS_MOST)
        text_add(out, ",\"checkpoint\":null");
    else
        text_addf(out, ",\"checkpoint\":%s", quoted.data);
}

void result_print(const struct result *result, struct text *out)
{
    const struct state_facts *facts = result->facts;
    struct history_epoch newest = history_newest(&facts->history);

    text_addf(out,
              "{\"task\":\"Train\",\"steps\":%lld,\"epochs\":%lld",
              (long long)facts->committed,
              (long long)(facts->committed / result->plan->epoch_steps));
    number_print(out, "finalLoss", facts->history.loss);
    number_print(out, "validationLoss", newest.validation_loss);
    number_print(out, "validationAccuracy", newest.validation_accuracy);
    text_addf(out, ",\"samples\":%lld", (long long)facts->samples);
    path_print(out, result->checkpoint);
    text_addf(out,
              ",\"weightsCrc32c\":\"%08x\",\"stopped\":%s}",
              result->checksum,
              result->stopped ? "true" : "false");
}
