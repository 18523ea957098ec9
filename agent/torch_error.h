/* torch_error - what a Python process says of the exception that ends it.
 *
 * torch.distributed.elastic writes it as JSON into the file that TORCHELASTIC_ERROR_FILE names:
 * {"message": {"message": "KeyError: 'x'", "extraInfo": ...}}, or {"message": "..."} . */
#ifndef AGENT_TORCH_ERROR_H
#define AGENT_TORCH_ERROR_H

#include <stddef.h>

#define TORCH_ERROR_WORD "TORCHELASTIC_ERROR_FILE"
#define TORCH_ERROR_PATH 128
#define TORCH_ERROR_MOST 65536 /* bytes of a file that are read */

/* Chooses a path for a process that is about to be started, where nobody can guess it: in $TMPDIR,
 * /tmp or /dev/shm, whichever can be written first. Nothing is made there. "" when none can. */
void torch_error_path(char path[TORCH_ERROR_PATH]);

/* Takes the message out of the file and removes the file. Returns 0; 1 when there is no file, or no
 * message in it. */
int torch_error_take(const char *path, char *message, size_t size);

/* Finds the message in JSON, as the innermost text of the first "message", cut to `size` bytes with
 * its zero byte. It is not checked whether the rest is JSON. Returns 0; 1 when there is none. */
int torch_error_find(const char *json, char *message, size_t size);

#endif
