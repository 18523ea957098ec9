/* history - what a training has said about itself so far. */
#include "trainer/train/history.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "base/json.h"

#define WHOLE_MOST 9007199254740992.0 /* 2^53: whole numbers of JSON are exact up to here */

void history_init(struct history *history)
{
    *history = (struct history){.loss = NAN};
}

/* Adds or replaces the entry of `epoch`; of too many the oldest goes. */
static void epoch_close(struct history *history, int64_t epoch)
{
    if (!history->count || history->epochs[history->count - 1].epoch != epoch) {
        if (history->count == HISTORY_EPOCHS) {
            history->count--;
            memmove(history->epochs,
                    history->epochs + 1,
                    (HISTORY_EPOCHS - 1) * sizeof *history->epochs);
        }
        history->count++;
    }
    history->epochs[history->count - 1] =
        (struct history_epoch){epoch, history->sum / (double)history->sum_steps, NAN, NAN};
}

void history_step(struct history *history, const struct plan *plan, int64_t step, double loss)
{
    history->loss = loss;
    history->sum += loss;
    history->sum_steps++;
    if (plan_epoch_ends(plan, step) || step == plan->total)
        epoch_close(history, plan_epoch(plan, step));
    if (plan_epoch_ends(plan, step)) {
        history->sum = 0;
        history->sum_steps = 0;
    }
}

void history_validation(struct history *history, int64_t committed, double loss, double accuracy)
{
    history->validated = committed;
    if (!history->count)
        return;
    history->epochs[history->count - 1].validation_loss = loss;
    history->epochs[history->count - 1].validation_accuracy = accuracy;
}

struct history_epoch history_newest(const struct history *history)
{
    for (uint64_t i = history->count; i-- > 0;) {
        if (!isnan(history->epochs[i].validation_loss))
            return history->epochs[i];
    }
    return (struct history_epoch){0, NAN, NAN, NAN};
}

/* Adds ,"key":number unless it was not measured. */
static void number_print(struct text *out, const char *key, double number)
{
    if (!isfinite(number))
        return;
    text_addf(out, ",\"%s\":", key);
    json_add_number(out, number);
}

void history_print(const struct history *history, struct text *out)
{
    text_addf(out,
              "{\"validated\":%lld,\"sumSteps\":%lld",
              (long long)history->validated,
              (long long)history->sum_steps);
    number_print(out, "sum", history->sum);
    number_print(out, "loss", history->loss);
    text_add(out, ",\"epochs\":[");
    for (uint64_t i = 0; i < history->count; i++) {
        const struct history_epoch *epoch = &history->epochs[i];

        text_addf(out, "%s{\"epoch\":%lld", i ? "," : "", (long long)epoch->epoch);
        number_print(out, "loss", epoch->loss);
        number_print(out, "validationLoss", epoch->validation_loss);
        number_print(out, "validationAccuracy", epoch->validation_accuracy);
        text_add(out, "}");
    }
    text_add(out, "]}");
}

/* Reads a number, or NaN where there is none. Returns 0, or 1 when it is something else. */
static int number_read(const cJSON *object, const char *key, double *number)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    if (item && !cJSON_IsNumber(item))
        return 1;
    *number = item ? item->valuedouble : NAN;
    return 0;
}

/* Reads a whole number from 0. Returns 0 or 1. */
static int whole_read(const cJSON *object, const char *key, int64_t *whole)
{
    double number;

    if (number_read(object, key, &number) || !(number >= 0 && number <= WHOLE_MOST) ||
        number != floor(number))
        return 1;
    *whole = (int64_t)number;
    return 0;
}

static int epoch_read(const cJSON *object, struct history_epoch *epoch)
{
    return whole_read(object, "epoch", &epoch->epoch) ||
           number_read(object, "loss", &epoch->loss) ||
           number_read(object, "validationLoss", &epoch->validation_loss) ||
           number_read(object, "validationAccuracy", &epoch->validation_accuracy);
}

static int tree_read(const cJSON *tree, struct history *history)
{
    const cJSON *epochs = cJSON_GetObjectItemCaseSensitive(tree, "epochs");
    const cJSON *item;

    if (whole_read(tree, "validated", &history->validated) ||
        whole_read(tree, "sumSteps", &history->sum_steps) ||
        number_read(tree, "sum", &history->sum) || isnan(history->sum) ||
        number_read(tree, "loss", &history->loss) || !cJSON_IsArray(epochs))
        return 1;
    cJSON_ArrayForEach(item, epochs)
    {
        if (history->count == HISTORY_EPOCHS || epoch_read(item, &history->epochs[history->count]))
            return 1;
        history->count++;
    }
    return 0;
}

int history_read(const char *json, struct history *history, struct error *error)
{
    struct history read = {0};
    cJSON *tree = cJSON_ParseWithOpts(json, NULL, true);
    int wrong = !tree || tree_read(tree, &read);

    cJSON_Delete(tree);
    if (wrong)
        return error_set(error, "its history is not one of this program");
    *history = read;
    return 0;
}
