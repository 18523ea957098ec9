/* cleanup - scope-bound release for exactly three families: heap memory, file descriptors and
 * objects with a free function. What a scope gives away is taken out of its variable with TAKE or
 * TAKE_FD, so that ownership is visible where it moves. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void cleanup_close(const int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
}

/* CLEAN_FREE char *p = NULL;   freed when the scope ends */
#define CLEAN_FREE __attribute__((cleanup(cleanup_free)))

/* CLEAN_FD int fd = -1;        closed when the scope ends, unless negative */
#define CLEAN_FD __attribute__((cleanup(cleanup_close)))

/* CLEANUP_DEFINE(text, struct text, text_done) once, then CLEAN(text) struct text t = {0}; */
#define CLEAN(name) __attribute__((cleanup(cleanup_##name)))
#define CLEANUP_DEFINE(name, type, function)                                                       \
    static inline void cleanup_##name(type *object)                                                \
    {                                                                                              \
        function(object);                                                                          \
    }

/* Yields the pointer and leaves NULL behind: the scope no longer owns it. */
#define TAKE(pointer)                                                                              \
    __extension__({                                                                                \
        __typeof__(pointer) taken_ = (pointer);                                                    \
        (pointer) = NULL;                                                                          \
        taken_;                                                                                    \
    })

/* Yields the descriptor and leaves -1 behind. */
#define TAKE_FD(descriptor)                                                                        \
    __extension__({                                                                                \
        int taken_ = (descriptor);                                                                 \
        (descriptor) = -1;                                                                         \
        taken_;                                                                                    \
    })

#endif
