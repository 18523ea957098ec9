/* crew - whole trainings on a stage: every rank a thread, replaced when it dies. */
#ifndef SUPPORT_CREW_H
#define SUPPORT_CREW_H

#include "support/stage.h"
#include "trainer/train/fit.h"

/* How a training on a stage went. */
struct crew {
    struct text results[STAGE_SEATS];
    struct error errors[STAGE_SEATS];
    int outcomes[STAGE_SEATS]; /* of fit_run, or of fit_new; of the last life */
    struct stage_record record;
};

/* Runs the script to its end. crew_done is owed. */
void crew_run(struct crew *crew, const struct stage_script *script, const struct fit_settings *fit);
void crew_done(struct crew *crew);

#endif
