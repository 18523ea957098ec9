/* command - the verbs of the command line: one file a verb, one row a verb. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/* Exit codes of every verb. */
enum command_exit {
    COMMAND_DONE = 0,
    COMMAND_FAILED = 1,   /* it was tried and failed */
    COMMAND_USAGE = 2,    /* wrong arguments, or an invalid manifest: nothing was started */
    COMMAND_STOPPED = 130 /* stopped on request; what was there to save is saved */
};

/* muster run JOB.yaml */
int command_run(int argc, char **argv);

/* muster validate JOB.yaml */
int command_validate(int argc, char **argv);

#endif
