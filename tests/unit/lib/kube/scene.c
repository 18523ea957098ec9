/* scene - a client and the server it talks to, on one loop. */
#include "scene.h"

#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/check.h"

#define PATIENCE CLOCK_SECONDS(60)

static void scene_late(void *context)
{
    struct scene *scene = context;

    CU_FAIL("the test hangs");
    loop_stop(&scene->loop);
}

static void scene_serve(void *context, struct api_call *call)
{
    struct scene *scene = context;

    if (scene->requests == SCENE_CALLS)
        abort();
    scene->calls[scene->requests++] = call;
    text_addf(&scene->asked, "%s %s\n", call->method, call->target);
    scene->serve(scene, call);
}

void scene_open(struct scene *scene,
                void (*serve)(struct scene *scene, struct api_call *call),
                const char *token_file)
{
    struct cluster cluster = {0};

    signal(SIGPIPE, SIG_IGN);
    *scene = (struct scene){.serve = serve};
    if (loop_init(&scene->loop, NULL))
        abort();
    scene->patience = (struct timer){.call = scene_late, .context = scene};
    loop_timer(&scene->loop, &scene->patience, clock_now() + PATIENCE);
    scene->server = api_server_start(&scene->loop, scene_serve, scene);
    cluster.server = memory_text(api_server_url(scene->server));
    if (token_file)
        cluster.token_file = memory_text(token_file);
    if (client_new(&scene->loop, &cluster, &scene->client, NULL))
        abort();
}

void scene_close(struct scene *scene)
{
    client_free(scene->client);
    api_server_stop(scene->server);
    loop_cancel(&scene->loop, &scene->patience);
    loop_done(&scene->loop);
    text_done(&scene->asked);
}

void scene_run(struct scene *scene)
{
    CU_ASSERT(loop_run(&scene->loop, NULL) == 0);
}
