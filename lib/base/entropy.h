/* entropy - randomness of the kernel, for identities and secrets. */
#ifndef BASE_ENTROPY_H
#define BASE_ENTROPY_H

#include <stddef.h>

/* Fills `bytes` with randomness. Aborts when the kernel has none to give. */
void entropy_fill(void *bytes, size_t size);

#endif
