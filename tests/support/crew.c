/* crew - whole trainings on a stage. */
#include "support/crew.h"

#include <pthread.h>
#include <stdlib.h>

struct crew_member {
    struct crew *crew;
    struct stage *stage;
    const struct fit_settings *settings;
    int seat;
};

/* One life. Returns whether another follows. */
static bool live(const struct crew_member *member)
{
    CLEAN(fit) struct fit *fit = NULL;
    struct world *world = stage_world(member->stage, member->seat);
    struct text *result = &member->crew->results[member->seat];
    struct error *error = &member->crew->errors[member->seat];
    int *outcome = &member->crew->outcomes[member->seat];

    *outcome = fit_new(member->settings, &fit, error);
    if (!*outcome)
        *outcome = fit_run(fit, world, result, error);
    world->table->free(world);
    return stage_died(member->stage, member->seat);
}

static void *member_run(void *context)
{
    const struct crew_member *member = context;

    while (live(member))
        continue;
    return NULL;
}

void crew_run(struct crew *crew, const struct stage_script *script, const struct fit_settings *fit)
{
    struct stage *stage = stage_new(script);
    struct crew_member members[STAGE_SEATS];
    pthread_t threads[STAGE_SEATS];

    *crew = (struct crew){0};
    for (int i = 0; i < script->ranks; i++) {
        members[i] = (struct crew_member){crew, stage, fit, i};
        if (pthread_create(&threads[i], NULL, member_run, &members[i]))
            abort();
    }
    for (int i = 0; i < script->ranks; i++)
        pthread_join(threads[i], NULL);
    crew->record = stage_record(stage);
    stage_free(stage);
}

void crew_done(struct crew *crew)
{
    for (int i = 0; i < STAGE_SEATS; i++)
        text_done(&crew->results[i]);
}
