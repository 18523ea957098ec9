/* scene - a client and the server it talks to, on one loop, for the tests of this directory. */
#ifndef TESTS_KUBE_SCENE_H
#define TESTS_KUBE_SCENE_H

#include "base/loop.h"
#include "base/text.h"
#include "kube/client.h"
#include "support/api_server.h"

#define SCENE_CALLS 64

struct scene {
    struct loop loop;
    struct timer patience; /* a test that hangs is ended */
    struct api_server *server;
    struct client *client;
    void (*serve)(struct scene *scene, struct api_call *call);
    const void *script; /* the test's own */
    int requests;
    struct text asked; /* "METHOD TARGET\n" of each */
    struct api_call *calls[SCENE_CALLS];
};

/* Begins to serve; `token_file` may be NULL. Aborts when it cannot. */
void scene_open(struct scene *scene,
                void (*serve)(struct scene *scene, struct api_call *call),
                const char *token_file);
void scene_close(struct scene *scene);

/* Runs the loop until the test stops it. */
void scene_run(struct scene *scene);

#endif
