/* saver - checkpoints while training goes on. */
#include "trainer/train/saver.h"

#include <string.h>

#include "base/clock.h"

void saver_init(struct saver *saver, const struct save_target *target, int64_t every)
{
    *saver = (struct saver){.target = *target, .every = every, .due = CLOCK_NEVER};
}

void saver_done(struct saver *saver)
{
    struct saver_report report;

    saver_wait(saver, &report);
    if (saver->copies)
        state_done(&saver->copy);
    saver->copies = false;
}

void saver_reset(struct saver *saver, int64_t now)
{
    saver->due = saver->every && saver->target.store.directory ? now + saver->every : CLOCK_NEVER;
}

/* The thread: it alone touches the copy, outcome and error until it is joined. */
static void *saver_write(void *context)
{
    struct saver *saver = context;

    saver->outcome = save_state(&saver->target, &saver->copy, &saver->place, NULL, &saver->error);
    atomic_store(&saver->end, true);
    return NULL;
}

/* Copies the state. Returns 0 or -1. */
static int copy_take(struct saver *saver, const struct state *state, struct error *error)
{
    float *from[3];
    float *to[3];
    size_t count;

    if (!saver->copies) {
        enum training_optimizer_type optimizer = saver->target.training->optimizer.type;

        if (state_init(&saver->copy, state->model, optimizer, error))
            return -1;
        saver->copies = true;
    }
    count = state_vectors(state, from);
    state_vectors(&saver->copy, to);
    for (size_t i = 0; i < count; i++)
        memcpy(to[i], from[i], (size_t)state->model->size * sizeof(float));
    saver->copy.facts = state->facts;
    return 0;
}

static int thread_begin(struct saver *saver, struct error *error)
{
    int number;

    atomic_store(&saver->end, false);
    number = pthread_create(&saver->thread, NULL, saver_write, saver);
    if (number)
        return error_set(error, "cannot start a thread: %s", strerror(number));
    saver->running = true;
    return 0;
}

int saver_begin(struct saver *saver,
                const struct state *state,
                const struct checkpoint_id *place,
                int64_t now,
                struct saver_report *report)
{
    struct error error;

    if (now < saver->due || saver->running)
        return 0;
    saver_reset(saver, now);
    saver->place = *place;
    if (!copy_take(saver, state, &error) && !thread_begin(saver, &error))
        return 0;
    *report = (struct saver_report){state->facts.committed, true, error};
    return 1;
}

bool saver_wait(struct saver *saver, struct saver_report *report)
{
    if (!saver->running)
        return false;
    pthread_join(saver->thread, NULL);
    saver->running = false;
    *report = (struct saver_report){saver->copy.facts.committed, saver->outcome != 0, saver->error};
    return true;
}

bool saver_poll(struct saver *saver, struct saver_report *report)
{
    return saver->running && atomic_load(&saver->end) && saver_wait(saver, report);
}
