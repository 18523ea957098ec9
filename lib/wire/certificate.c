/* certificate - keys, requests for certificates, and certificates. */
#include "wire/certificate.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#define SERIAL_BITS 127

static void key_free(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void x509_free(X509 **certificate)
{
    X509_free(*certificate);
}

static void request_free(X509_REQ **request)
{
    X509_REQ_free(*request);
}

static void bio_free(BIO **bio)
{
    BIO_free(*bio);
}

CLEANUP_DEFINE(key, EVP_PKEY *, key_free)
CLEANUP_DEFINE(x509, X509 *, x509_free)
CLEANUP_DEFINE(x509_request, X509_REQ *, request_free)
CLEANUP_DEFINE(bio, BIO *, bio_free)

/* Says what went wrong. The library's queue of errors is the thread's and must not grow. */
static int failed(struct error *error, const char *what)
{
    ERR_clear_error();
    return error_set(error, "%s", what);
}

/* Reading and writing PEM. */

static EVP_PKEY *key_read(const char *text)
{
    CLEAN(bio) BIO *bio = BIO_new_mem_buf(text, -1);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"") : NULL;

    ERR_clear_error();
    return key;
}

static X509 *x509_read(const char *text)
{
    CLEAN(bio) BIO *bio = BIO_new_mem_buf(text, -1);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, (void *)"") : NULL;

    ERR_clear_error();
    return certificate;
}

/* Adds what was written into a memory BIO. */
static int bio_add(BIO *bio, struct text *out)
{
    char *bytes = NULL;
    long size = BIO_get_mem_data(bio, &bytes);

    if (size <= 0)
        return -1;
    text_add_bytes(out, bytes, (size_t)size);
    return 0;
}

static int x509_add(X509 *certificate, struct text *out)
{
    CLEAN(bio) BIO *bio = BIO_new(BIO_s_mem());

    return bio && PEM_write_bio_X509(bio, certificate) == 1 ? bio_add(bio, out) : -1;
}

int certificate_key(struct text *key, struct error *error)
{
    CLEAN(key) EVP_PKEY *made = EVP_EC_gen("P-256");
    CLEAN(bio) BIO *bio = BIO_new(BIO_s_secmem());

    if (!made || !bio || !PEM_write_bio_PKCS8PrivateKey(bio, made, NULL, NULL, 0, NULL, NULL) ||
        bio_add(bio, key))
        return failed(error, "cannot make a key");
    return 0;
}

/* Requests. */

int certificate_request(const char *key, struct text *request, struct error *error)
{
    CLEAN(key) EVP_PKEY *own = key_read(key);
    CLEAN(x509_request) X509_REQ *made = X509_REQ_new();
    unsigned char bytes[CERTIFICATE_REQUEST];
    unsigned char *end = bytes;

    if (!own || !made || !X509_REQ_set_version(made, X509_REQ_VERSION_1) ||
        !X509_REQ_set_pubkey(made, own) || !X509_REQ_sign(made, own, EVP_sha256()) ||
        i2d_X509_REQ(made, NULL) > (int)sizeof bytes || i2d_X509_REQ(made, &end) <= 0)
        return failed(error, "cannot make a request for a certificate");
    text_add_bytes(request, bytes, (size_t)(end - bytes));
    return 0;
}

static bool is_ours(EVP_PKEY *key)
{
    char group[32];
    size_t size;

    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
           (!strcmp(group, "prime256v1") || !strcmp(group, "P-256"));
}

/* The public key that a request is of and signed with; NULL when there is none. Borrowed. */
static EVP_PKEY *requested_key(X509_REQ *request)
{
    EVP_PKEY *key = request ? X509_REQ_get0_pubkey(request) : NULL;

    return key && is_ours(key) && X509_REQ_verify(request, key) == 1 ? key : NULL;
}

/* Making certificates. */

static int extension_add(X509 *certificate, X509 *issuer, int kind, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    int added;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    added = extension && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added ? 0 : -1;
}

static int serial_set(X509 *certificate)
{
    BIGNUM *number = BN_new();
    int set = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));

    BN_free(number);
    return set ? 0 : -1;
}

/* Seconds since 1970; 0 when it cannot be read. */
static int64_t time_of(const ASN1_TIME *time)
{
    ASN1_TIME *beginning = ASN1_TIME_set(NULL, 0);
    int days = 0;
    int seconds = 0;

    if (!beginning || !ASN1_TIME_diff(&days, &seconds, beginning, time))
        days = seconds = 0;
    ASN1_TIME_free(beginning);
    return (int64_t)days * 86400 + seconds;
}

/* A certificate with all but its owner's name and extensions. It ends no later than `latest`. */
static X509 *x509_make(EVP_PKEY *key, const struct certificate_grant *grant, int64_t latest)
{
    X509 *made = X509_new();
    int64_t ends = grant->now + grant->life < latest ? grant->now + grant->life : latest;

    if (made && X509_set_version(made, X509_VERSION_3) && !serial_set(made) &&
        ASN1_TIME_set(X509_getm_notBefore(made), grant->now - CERTIFICATE_SKEW) &&
        ASN1_TIME_set(X509_getm_notAfter(made), ends) && X509_set_pubkey(made, key))
        return made;
    X509_free(made);
    return NULL;
}

static int subject_set(X509 *certificate, const char *words)
{
    X509_NAME *name = X509_get_subject_name(certificate);

    return X509_NAME_add_entry_by_txt(
               name, "CN", MBSTRING_UTF8, (const unsigned char *)words, -1, -1, 0)
               ? 0
               : -1;
}

static int authority_mark(X509 *certificate, X509 *issuer)
{
    return extension_add(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE") ||
           extension_add(certificate, issuer, NID_key_usage, "critical,keyCertSign") ||
           extension_add(certificate, issuer, NID_subject_key_identifier, "hash") ||
           extension_add(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

int certificate_self(const char *key,
                     const struct certificate_grant *grant,
                     struct text *certificate,
                     struct error *error)
{
    CLEAN(key) EVP_PKEY *own = key_read(key);
    CLEAN(x509) X509 *made = own ? x509_make(own, grant, INT64_MAX) : NULL;

    if (!made || subject_set(made, grant->name) ||
        !X509_set_issuer_name(made, X509_get_subject_name(made)) || authority_mark(made, made) ||
        !X509_sign(made, own, EVP_sha256()) || x509_add(made, certificate))
        return failed(error, "cannot make the certificate of an authority");
    return 0;
}

static int member_mark(X509 *certificate, X509 *issuer, const struct certificate_grant *grant)
{
    CLEAN(text) struct text names = {0};

    text_addf(&names, "DNS:%s", grant->name);
    if (grant->also)
        text_addf(&names, ",DNS:%s", grant->also);
    return extension_add(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") ||
           extension_add(certificate, issuer, NID_key_usage, "critical,digitalSignature") ||
           extension_add(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth") ||
           extension_add(certificate, issuer, NID_subject_alt_name, names.data) ||
           extension_add(certificate, issuer, NID_subject_key_identifier, "hash") ||
           extension_add(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

/* Whether a name has nothing in it that the text of an extension gives a meaning. */
static bool is_name(const char *name)
{
    size_t size = strlen(name);

    return size && size < CERTIFICATE_NAME &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == size;
}

static bool are_names(const struct certificate_grant *grant)
{
    return is_name(grant->name) && (!grant->also || is_name(grant->also));
}

int certificate_sign(const struct certificate_signer *signer,
                     const struct text *request,
                     const struct certificate_grant *grant,
                     struct text *certificate,
                     struct error *error)
{
    const unsigned char *at = (const unsigned char *)request->data;
    const unsigned char *end = at + request->size;
    bool fits = request->size && request->size <= CERTIFICATE_REQUEST;
    CLEAN(x509_request) X509_REQ *read = fits ? d2i_X509_REQ(NULL, &at, end - at) : NULL;
    EVP_PKEY *asking = requested_key(read);
    CLEAN(key) EVP_PKEY *key = NULL;
    CLEAN(x509) X509 *issuer = NULL;
    CLEAN(x509) X509 *made = NULL;

    if (!asking || at != end)
        return failed(error, "this is no request for a certificate");
    if (!are_names(grant))
        return failed(error, "a certificate cannot have such a name");
    key = key_read(signer->key);
    issuer = x509_read(signer->certificate);
    if (issuer)
        made = x509_make(asking, grant, time_of(X509_get0_notAfter(issuer)));
    if (!key || !made || subject_set(made, "muster") ||
        !X509_set_issuer_name(made, X509_get_subject_name(issuer)) ||
        member_mark(made, issuer, grant) || !X509_sign(made, key, EVP_sha256()) ||
        x509_add(made, certificate))
        return failed(error, "cannot sign a certificate");
    return 0;
}

int certificate_cross(const struct certificate_signer *signer,
                      const char *other,
                      struct text *certificate,
                      struct error *error)
{
    CLEAN(key) EVP_PKEY *key = key_read(signer->key);
    CLEAN(x509) X509 *issuer = x509_read(signer->certificate);
    CLEAN(x509) X509 *root = x509_read(other);
    CLEAN(x509) X509 *made = NULL;

    if (key && issuer && root) {
        const struct certificate_grant grant = {
            .now = time_of(X509_get0_notBefore(root)) + CERTIFICATE_SKEW,
            .life = time_of(X509_get0_notAfter(root)) - time_of(X509_get0_notBefore(root))};

        made = x509_make(X509_get0_pubkey(root), &grant, time_of(X509_get0_notAfter(issuer)));
    }
    if (!made || !X509_set_subject_name(made, X509_get_subject_name(root)) ||
        !X509_set_issuer_name(made, X509_get_subject_name(issuer)) ||
        authority_mark(made, issuer) || !X509_sign(made, key, EVP_sha256()) ||
        x509_add(made, certificate))
        return failed(error, "cannot vouch for an authority");
    return 0;
}

/* Reading certificates. */

static void name_read(X509 *certificate, char out[CERTIFICATE_NAME])
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

    *out = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        size_t size;

        if (name->type != GEN_DNS)
            continue;
        size = (size_t)ASN1_STRING_length(name->d.dNSName);
        if (size < CERTIFICATE_NAME && !memchr(ASN1_STRING_get0_data(name->d.dNSName), 0, size)) {
            memcpy(out, ASN1_STRING_get0_data(name->d.dNSName), size);
            out[size] = '\0';
        }
        break;
    }
    GENERAL_NAMES_free(names);
}

int certificate_read(const char *certificate, struct certificate_facts *facts, struct error *error)
{
    CLEAN(x509) X509 *read = x509_read(certificate);

    if (!read)
        return failed(error, "this is no certificate");
    *facts = (struct certificate_facts){.begins = time_of(X509_get0_notBefore(read)),
                                        .ends = time_of(X509_get0_notAfter(read)),
                                        .authority = X509_check_ca(read) == 1};
    name_read(read, facts->name);
    ERR_clear_error();
    return 0;
}

bool certificate_matches(const char *certificate, const char *key)
{
    CLEAN(x509) X509 *read = x509_read(certificate);
    CLEAN(key) EVP_PKEY *own = key_read(key);
    bool matches = read && own && X509_check_private_key(read, own) == 1;

    ERR_clear_error();
    return matches;
}
