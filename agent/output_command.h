/* output_command - `muster-agent output`: shows what a rank of this pod said last. */
#ifndef AGENT_OUTPUT_COMMAND_H
#define AGENT_OUTPUT_COMMAND_H

/* Carries out the command line behind the program's name. Returns the exit code. */
int output_command(int argc, char **argv);

#endif
