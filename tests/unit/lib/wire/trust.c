/* trust - an authority, somebody who asks it for a certificate, and OpenSSL's opinion. */
#include "trust.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static void must(bool condition)
{
    if (!condition)
        abort();
}

void trust_begin(struct trust *trust, int64_t now, int64_t life)
{
    const struct certificate_grant grant = {"an authority", NULL, now, life};

    *trust = (struct trust){.root_key.data = NULL};
    must(!certificate_key(&trust->root_key, NULL) && !certificate_key(&trust->key, NULL) &&
         !certificate_self(trust->root_key.data, &grant, &trust->root, NULL) &&
         !certificate_request(trust->key.data, &trust->request, NULL));
    trust->signer = (struct certificate_signer){trust->root_key.data, trust->root.data};
}

void trust_end(struct trust *trust)
{
    text_done(&trust->root_key);
    text_done(&trust->root);
    text_done(&trust->key);
    text_done(&trust->request);
}

static STACK_OF(X509) * certificates_read(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    STACK_OF(X509) *stack = sk_X509_new_null();
    X509 *certificate;

    must(bio && stack);
    while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
        must(sk_X509_push(stack, certificate) > 0);
    BIO_free(bio);
    return stack;
}

const char *trust_verify(const char *roots, const char *chain, const char *name, int64_t now)
{
    static const char *const purposes[] = {"ssl_server", "ssl_client"};
    STACK_OF(X509) *trusted = certificates_read(roots);
    STACK_OF(X509) *shown = certificates_read(chain);
    const char *why = "ok";

    for (size_t i = 0; i < 2 && !strcmp(why, "ok"); i++) {
        X509_STORE_CTX *context = X509_STORE_CTX_new();
        X509_STORE *store = X509_STORE_new();
        X509_VERIFY_PARAM *parameters;

        must(context && store &&
             X509_STORE_CTX_init(context, store, sk_X509_value(shown, 0), shown));
        X509_STORE_CTX_set0_trusted_stack(context, trusted);
        must(X509_STORE_CTX_set_default(context, purposes[i]));
        parameters = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_time(parameters, now);
        must(X509_VERIFY_PARAM_set1_host(parameters, name, 0));
        if (X509_verify_cert(context) != 1)
            why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
        X509_STORE_CTX_free(context);
        X509_STORE_free(store);
    }
    sk_X509_pop_free(trusted, X509_free);
    sk_X509_pop_free(shown, X509_free);
    return why;
}
