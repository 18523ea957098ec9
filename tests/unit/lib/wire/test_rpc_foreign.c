/* A peer that does not keep to our limits: gRPC without our seam, in a thread of its own. */
#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "scene.h"
#include "support/check.h"

/* One call of /test/Silent with one message of `size` bytes. */
struct foreign {
    struct scene scene;
    pthread_t thread;
    struct watch done;
    size_t size;
    grpc_status_code status;
};

/* Says everything at once and waits for the status. */
static void foreign_call(struct foreign *foreign, grpc_call *call, grpc_completion_queue *queue)
{
    CLEAN_FREE char *bytes = memory_get(foreign->size, 1);
    grpc_slice slice = grpc_slice_from_static_buffer(bytes, foreign->size);
    grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_metadata_array initial;
    grpc_metadata_array trailing;
    grpc_slice details = grpc_empty_slice();
    grpc_op batch[5] = {{.op = GRPC_OP_SEND_INITIAL_METADATA},
                        {.op = GRPC_OP_SEND_MESSAGE},
                        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
                        {.op = GRPC_OP_RECV_INITIAL_METADATA},
                        {.op = GRPC_OP_RECV_STATUS_ON_CLIENT}};

    grpc_metadata_array_init(&initial);
    grpc_metadata_array_init(&trailing);
    batch[1].data.send_message.send_message = message;
    batch[3].data.recv_initial_metadata.recv_initial_metadata = &initial;
    batch[4].data.recv_status_on_client.trailing_metadata = &trailing;
    batch[4].data.recv_status_on_client.status = &foreign->status;
    batch[4].data.recv_status_on_client.status_details = &details;
    if (grpc_call_start_batch(call, batch, 5, foreign, NULL) != GRPC_CALL_OK)
        abort();
    grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
    grpc_metadata_array_destroy(&initial);
    grpc_metadata_array_destroy(&trailing);
    grpc_slice_unref(details);
    grpc_byte_buffer_destroy(message);
    grpc_slice_unref(slice);
}

static void *foreign_run(void *context)
{
    struct foreign *foreign = context;
    grpc_completion_queue *queue = grpc_completion_queue_create_for_next(NULL);
    const struct rpc_identity *identity = &foreign->scene.client.identity;
    grpc_ssl_pem_key_cert_pair pair = {identity->key, identity->certificate};
    grpc_channel_credentials *credentials =
        grpc_ssl_credentials_create(identity->trust, &pair, NULL, NULL);
    grpc_arg name = {.type = GRPC_ARG_STRING,
                     .key = (char *)GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
                     .value.string = (char *)SCENE_SERVER};
    const grpc_channel_args arguments = {.num_args = 1, .args = &name};
    char address[64];
    grpc_channel *channel;
    grpc_call *call;
    uint64_t one = 1;

    snprintf(address, sizeof address, "ipv4:127.0.0.1:%d", rpc_port(foreign->scene.server));
    channel = grpc_channel_create(address, credentials, &arguments);
    call = grpc_channel_create_call(channel,
                                    NULL,
                                    GRPC_PROPAGATE_DEFAULTS,
                                    queue,
                                    grpc_slice_from_static_string("/test/Silent"),
                                    NULL,
                                    gpr_inf_future(GPR_CLOCK_REALTIME),
                                    NULL);
    foreign_call(foreign, call, queue);
    grpc_call_unref(call);
    grpc_channel_destroy(channel);
    grpc_channel_credentials_release(credentials);
    grpc_completion_queue_shutdown(queue);
    grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
    grpc_completion_queue_destroy(queue);
    if (write(foreign->done.descriptor, &one, sizeof one) != sizeof one)
        abort();
    return NULL;
}

static void on_done(void *context, uint32_t events)
{
    (void)events;
    loop_stop(context);
}

/* The bytes that the server received of a message of that size. */
static size_t received(size_t size, grpc_status_code *status)
{
    struct foreign foreign = {.size = size};
    int done = eventfd(0, EFD_CLOEXEC);

    if (done < 0)
        abort();
    scene_begin(&foreign.scene);
    foreign.done = (struct watch){.call = on_done, .context = &foreign.scene.loop};
    if (loop_add(&foreign.scene.loop, &foreign.done, done, EPOLLIN, NULL) ||
        pthread_create(&foreign.thread, NULL, foreign_run, &foreign))
        abort();
    foreign.scene.end_when_received = size;
    scene_run(&foreign.scene);
    pthread_join(foreign.thread, NULL);
    loop_remove(&foreign.scene.loop, &foreign.done);
    scene_end(&foreign.scene);
    close(done);
    *status = foreign.status;
    return foreign.scene.server_received_bytes;
}

static void a_message_over_the_limit_is_not_taken(void)
{
    grpc_status_code status;

    CU_ASSERT(received(RPC_MESSAGE + 1, &status) == 0 && status == GRPC_STATUS_RESOURCE_EXHAUSTED);
    CU_ASSERT(received(RPC_MESSAGE, &status) == RPC_MESSAGE && status == GRPC_STATUS_OK);
}

SUITE("wire rpc foreign",
      {"a message over the limit is not taken", a_message_over_the_limit_is_not_taken})
