/* straight - a training that nothing disturbs, and what it ends in. */
#include "straight.h"

#include <stdio.h>

#include "base/text.h"
#include "play.h"
#include "support/check.h"

void straight_run(struct straight *straight, int epochs)
{
    struct play play;

    if (straight->directory[0])
        return;
    snprintf(straight->directory, sizeof straight->directory, "%s", check_directory());
    play_data(straight->directory, 6000, 1000);
    play_job(straight->directory, epochs);
    play_run(
        &play, straight->directory, "muster", "run", "job.yaml", "--result", "result.json", NULL);
    CU_ASSERT_FATAL(play.code == 0);
    play_done(&play);
    straight->weights = play_weights(straight->directory);
    straight->steps = play_number(straight->directory, "steps");
    CU_ASSERT(play_repairs(straight->directory) == 0);
}

void straight_disturb(struct straight *straight, const char *faults)
{
    const char *directory = straight->directory;
    char checkpoints[64];
    struct play play;

    snprintf(
        checkpoints, sizeof checkpoints, "spec.checkpoint.directory=ck-%d", ++straight->disturbed);
    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             checkpoints,
             "--faults",
             faults,
             "--result",
             "result.json",
             NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_weights(directory) == straight->weights);
    CU_ASSERT(play_number(directory, "steps") == straight->steps);
    if (play.code || play_weights(directory) != straight->weights)
        printf("with --faults %s\n%s", faults, text_string(&play.err));
    play_done(&play);
}
