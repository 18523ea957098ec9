/* memory - allocation in two kinds.
 *
 * Small amounts whose size the program itself chooses: failure aborts, there is nothing better to
 * do. Amounts sized by outside input: failure is an ordinary outcome. All memory comes zeroed and
 * is released with free(). */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Returns `count` zeroed elements of `size` bytes; aborts when there are none. Never NULL. */
void *memory_get(size_t count, size_t size) __attribute__((returns_nonnull, malloc));

/* Returns `count` zeroed elements of `size` bytes, or NULL when they cannot be had. */
void *memory_try(size_t count, size_t size) __attribute__((malloc));

/* The same at an address that is a multiple of `alignment` (a power of two, at least the size of a
 * pointer). */
void *memory_try_aligned(size_t alignment, size_t count, size_t size) __attribute__((malloc));

/* Returns a copy of a string; aborts when there is no memory. Never NULL. */
char *memory_text(const char *text) __attribute__((returns_nonnull, malloc));

/* Makes room for `needed` elements of `size` bytes in the array `*array` of `*capacity`, growing by
 * doubling. New elements are not initialised. Aborts when there is no memory. */
void memory_grow(void *array, size_t *capacity, size_t needed, size_t size);

/* The same for an array sized by outside input. Returns 0; 1 when there is no memory, and then the
 * array and its capacity are what they were. */
int memory_try_grow(void *array, size_t *capacity, size_t needed, size_t size);

#endif
