/* rpc_security - certificates on both sides of a connection.
 *
 * The library asks for a server's certificate at each handshake, on a thread of its own: that is
 * how it is replaced while the server runs. */
#include <grpc/grpc_security.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/secret.h"
#include "wire/rpc_private.h"

/* What a server shows. */
struct rpc_papers {
    pthread_mutex_t mutex; /* over all that follows */
    bool fresh;            /* the library has not seen it */
    char *key;
    char *certificate;
    char *trust;
};

static void papers_clear(struct rpc_papers *papers)
{
    secret_forget(papers->key);
    free(papers->certificate);
    free(papers->trust);
}

void rpc_papers_set(struct rpc_papers *papers, const struct rpc_identity *identity)
{
    pthread_mutex_lock(&papers->mutex);
    papers_clear(papers);
    papers->key = memory_text(identity->key);
    papers->certificate = memory_text(identity->certificate);
    papers->trust = memory_text(identity->trust);
    papers->fresh = true;
    pthread_mutex_unlock(&papers->mutex);
}

struct rpc_papers *rpc_papers_new(const struct rpc_identity *identity)
{
    struct rpc_papers *papers = memory_get(1, sizeof *papers);

    pthread_mutex_init(&papers->mutex, NULL);
    rpc_papers_set(papers, identity);
    return papers;
}

void rpc_papers_free(struct rpc_papers *papers)
{
    papers_clear(papers);
    pthread_mutex_destroy(&papers->mutex);
    free(papers);
}

static grpc_ssl_certificate_config_reload_status papers_fetch(
    void *context, grpc_ssl_server_certificate_config **config)
{
    struct rpc_papers *papers = context;
    grpc_ssl_certificate_config_reload_status status = GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;

    pthread_mutex_lock(&papers->mutex);
    if (papers->fresh) {
        const grpc_ssl_pem_key_cert_pair pair = {papers->key, papers->certificate};

        *config = grpc_ssl_server_certificate_config_create(papers->trust, &pair, 1);
        status = GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
        papers->fresh = false;
    }
    pthread_mutex_unlock(&papers->mutex);
    return status;
}

grpc_server_credentials *rpc_papers_credentials(struct rpc_papers *papers, bool open)
{
    return grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            open ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
                 : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
            papers_fetch,
            papers));
}

grpc_channel_credentials *rpc_identity_credentials(const struct rpc_identity *identity)
{
    grpc_ssl_pem_key_cert_pair pair = {identity->key, identity->certificate};

    return grpc_ssl_credentials_create(identity->trust, identity->key ? &pair : NULL, NULL, NULL);
}

char *rpc_peer_read(grpc_call *call)
{
    grpc_auth_context *context = grpc_call_auth_context(call);
    grpc_auth_property_iterator iterator =
        grpc_auth_context_find_properties_by_name(context, GRPC_PEER_DNS_PROPERTY_NAME);
    const grpc_auth_property *name = grpc_auth_property_iterator_next(&iterator);
    char *copy = name ? memory_text(name->value) : NULL;

    grpc_auth_context_release(context);
    return copy;
}
