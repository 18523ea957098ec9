/* pod_token - whose a service-account token is that a kubelet gave to a pod. Pure.
 *
 * What is read of it are registered claims (RFC 7519, section 4.1) and those of Kubernetes about
 * the pod that the token is bound to. */
#ifndef KUBE_POD_TOKEN_H
#define KUBE_POD_TOKEN_H

#include <stdint.h>

#include "kube/web_keys.h"

#define POD_TOKEN_SPACE  64  /* with a zero byte, as the others */
#define POD_TOKEN_NAME   254 /* of a pod */
#define POD_TOKEN_UID    64
#define POD_TOKEN_LEEWAY 10 /* seconds that clocks may differ by */

struct cJSON;

/* What a token must be to count. Texts are never NULL. */
struct pod_token_wish {
    const char *issuer;
    const char *audience;
    int64_t now; /* seconds since 1970 */
};

/* The pod that a token was given to. */
struct pod_token {
    char space[POD_TOKEN_SPACE];
    char name[POD_TOKEN_NAME];
    char uid[POD_TOKEN_UID];
};

/* In the order in which it is looked at. */
enum pod_token_outcome {
    POD_TOKEN_VALID,
    POD_TOKEN_MALFORMED,
    POD_TOKEN_UNKNOWN_KEY,
    POD_TOKEN_BAD_SIGNATURE,
    POD_TOKEN_WRONG_ISSUER,
    POD_TOKEN_WRONG_AUDIENCE,
    POD_TOKEN_EXPIRED,
    POD_TOKEN_EARLY,
    POD_TOKEN_NO_POD, /* it is not bound to a pod */
    POD_TOKEN_OUTCOMES
};

/* Verifies a token with the keys of the issuer, which may be NULL. POD_TOKEN_VALID alone writes
 * `token`. */
enum pod_token_outcome pod_token_verify(const struct pod_token_wish *wish,
                                        const struct web_keys *keys,
                                        const char *encoded,
                                        struct pod_token *token);

/* The same of claims whose signature is known to be right. They may be NULL. */
enum pod_token_outcome pod_token_read(const struct pod_token_wish *wish,
                                      const struct cJSON *claims,
                                      struct pod_token *token);

/* An outcome as a word for metrics, "bad_signature", and as a sentence. */
const char *pod_token_word(enum pod_token_outcome outcome);
const char *pod_token_reason(enum pod_token_outcome outcome);

#endif
