/* verdict - what an agent leaves behind in its pod's termination message: how the job ended, or
 * that it has left. Pure.
 *
 * The first line is one word, the rest is the result as JSON, or the reason. Whatever else stands
 * in a termination message was not written by an agent that knew. */
#ifndef CONTROLLER_VERDICT_H
#define CONTROLLER_VERDICT_H

enum verdict {
    VERDICT_NONE,
    VERDICT_SUCCEEDED,
    VERDICT_FAILED,
    VERDICT_STOPPED, /* saved and stopped: the job can go on from there */
    VERDICT_DRAINED, /* this pod alone has left, because it was to end */
    VERDICT_REPLACE  /* nothing of the job: this pod is of no use, the text says why */
};

/* Reads a message, which may be NULL. `text` receives where the rest begins. */
enum verdict verdict_read(const char *message, const char **text);

#endif
