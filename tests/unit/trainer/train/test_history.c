/* The history: what it keeps, and that it survives its text. */
#include "trainer/train/history.h"

#include <math.h>
#include <string.h>

#include "support/check.h"

static const struct plan plan = {.epoch_steps = 3, .total = 8, .validates = true};

static int same(const struct history *a, const struct history *b)
{
    CLEAN(text) struct text left = {0};
    CLEAN(text) struct text right = {0};

    history_print(a, &left);
    history_print(b, &right);
    return !strcmp(left.data, right.data) && a->sum == b->sum && a->validated == b->validated;
}

static void epochs_keep_the_mean_of_their_steps(void)
{
    struct history history;

    history_init(&history);
    CU_ASSERT(isnan(history.loss) && isnan(history_newest(&history).validation_loss));
    for (int64_t step = 1; step <= 8; step++)
        history_step(&history, &plan, step, (double)step);
    CU_ASSERT(history.count == 3 && history.loss == 8);
    CU_ASSERT(history.epochs[0].epoch == 1 && history.epochs[0].loss == 2);
    CU_ASSERT(history.epochs[1].loss == 5);
    CU_ASSERT(history.epochs[2].epoch == 3 && history.epochs[2].loss == 7.5);
    history_validation(&history, 8, 0.5, 0.9);
    CU_ASSERT(history.validated == 8 && history_newest(&history).validation_accuracy == 0.9);
    CU_ASSERT(isnan(history.epochs[1].validation_loss));
}

/* Eight steps of eight, then on to nine of nine: the third epoch is one entry of three steps. */
static void a_longer_training_goes_on_with_its_last_epoch(void)
{
    struct plan longer = plan;
    struct history history;

    history_init(&history);
    for (int64_t step = 1; step <= 8; step++)
        history_step(&history, &plan, step, (double)step);
    longer.total = 9;
    history_step(&history, &longer, 9, 9);
    CU_ASSERT(history.count == 3 && history.epochs[2].loss == 8 && history.sum_steps == 0);
}

static void the_oldest_epochs_go_first(void)
{
    struct history history;

    history_init(&history);
    for (int64_t step = 1; step <= 3LL * (HISTORY_EPOCHS + 5); step++)
        history_step(&history, &(struct plan){.epoch_steps = 3, .total = 1 << 20}, step, 1);
    CU_ASSERT(history.count == HISTORY_EPOCHS && history.epochs[0].epoch == 6);
    CU_ASSERT(history.epochs[HISTORY_EPOCHS - 1].epoch == HISTORY_EPOCHS + 5);
}

static void text_keeps_every_bit(void)
{
    CLEAN(text) struct text text = {0};
    struct history history, again;

    history_init(&history);
    history_print(&history, &text);
    CU_ASSERT(history_read(text.data, &again, NULL) == 0 && same(&history, &again));
    CU_ASSERT(isnan(again.loss));
    for (int64_t step = 1; step <= 7; step++)
        history_step(&history, &plan, step, 1.0 / (double)step);
    history_validation(&history, 6, 0.1 + 0.2, 1.0 / 3);
    text_clear(&text);
    history_print(&history, &text);
    CU_ASSERT(history_read(text.data, &again, NULL) == 0 && same(&history, &again));
    CU_ASSERT(again.epochs[1].validation_loss == 0.1 + 0.2);
}

static void other_texts_are_refused(void)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"validated\":0,\"sumSteps\":0,\"sum\":0}",
        "{\"validated\":0,\"sumSteps\":0,\"epochs\":[]}",
        "{\"validated\":-1,\"sumSteps\":0,\"sum\":0,\"epochs\":[]}",
        "{\"validated\":0.5,\"sumSteps\":0,\"sum\":0,\"epochs\":[]}",
        "{\"validated\":1e300,\"sumSteps\":0,\"sum\":0,\"epochs\":[]}",
        "{\"validated\":0,\"sumSteps\":0,\"sum\":\"0\",\"epochs\":[]}",
        "{\"validated\":0,\"sumSteps\":0,\"sum\":0,\"epochs\":[{}]}",
        "{\"validated\":0,\"sumSteps\":0,\"sum\":0,\"epochs\":[1]}",
        "{\"validated\":0,\"sumSteps\":0,\"sum\":0,\"epochs\":[{\"epoch\":1,\"loss\":null}]}",
        "{\"validated\":0,\"sumSteps\":0,\"sum\":0,\"epochs\":[]} x",
    };
    CLEAN(text) struct text many = {0};
    struct history history;
    struct error error = {""};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CU_ASSERT(history_read(texts[i], &history, &error) == -1);
        CU_ASSERT_STRING_EQUAL(error.text, "its history is not one of this program");
    }
    text_add(&many, "{\"validated\":0,\"sumSteps\":0,\"sum\":0,\"epochs\":[{\"epoch\":1}");
    for (int i = 0; i < HISTORY_EPOCHS; i++)
        text_add(&many, ",{\"epoch\":2}");
    text_add(&many, "]}");
    CU_ASSERT(history_read(many.data, &history, &error) == -1);
}

SUITE("trainer train history",
      {"epochs keep the mean of their steps", epochs_keep_the_mean_of_their_steps},
      {"a longer training goes on with its last epoch",
       a_longer_training_goes_on_with_its_last_epoch},
      {"the oldest epochs go first", the_oldest_epochs_go_first},
      {"text keeps every bit", text_keeps_every_bit},
      {"other texts are refused", other_texts_are_refused})
