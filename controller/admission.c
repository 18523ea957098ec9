/* admission - whether an agent that enrols is what it says. */
#include "controller/admission.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/secret.h"
#include "controller/controller.h"
#include "controller/dossier.h"
#include "controller/overview.h"
#include "controller/pod.h"
#include "kube/pod_token.h"

/* A claim that waits for newer keys. */
struct admission {
    struct admission *next;
    struct visitor *visitor;
    struct directory_claim claim; /* its texts are the two below */
    char *token;
    char job[JOB_RECORD_UID];
};

/* What came of a claim: a word for metrics, and why it is refused or NULL. */
struct finding {
    const char *word;
    const char *reason;
};

/* The pod whose agent the claim is of, or NULL. */
static struct dossier_pod *pod_of(const struct dossier *dossier, uint32_t attempt, uint32_t slot)
{
    for (size_t i = 0; dossier && i < dossier->pod_count; i++) {
        struct dossier_pod *pod = dossier->pods[i];

        if (pod->record.attempt == attempt && pod->record.slot == slot && !pod->record.gone &&
            dossier_current(dossier, &pod->record))
            return pod;
    }
    return NULL;
}

/* Whether the pod of a token is the one that the claim is of. */
static struct finding pod_compare(const struct controller *controller,
                                  const struct directory_claim *claim,
                                  const struct pod_token *token)
{
    const struct dossier *dossier = dossier_find((struct controller *)controller, claim->job);
    const struct dossier_pod *pod = pod_of(dossier, claim->attempt, claim->slot);

    if (pod && !strcmp(pod->record.uid, token->uid) && !strcmp(pod->record.name, token->name) &&
        !strcmp(dossier->job.namespace, token->space))
        return (struct finding){"accepted", NULL};
    if (dossier && dossier_pod_find(dossier, token->uid))
        return (struct finding){"wrong_pod", "the token is not of this slot's pod"};
    return (struct finding){"other_job", "the token is not of a pod that this job has"};
}

static struct finding claim_judge(const struct controller *controller,
                                  const struct directory_claim *claim)
{
    const struct issuer *issuer = &controller->issuer;
    const struct pod_token_wish wish = {
        .issuer = issuer->name ? issuer->name : "", .audience = POD_AUDIENCE, .now = time(NULL)};
    struct pod_token token;
    enum pod_token_outcome outcome = pod_token_verify(&wish, issuer->keys, claim->token, &token);

    if (outcome == POD_TOKEN_VALID)
        return pod_compare(controller, claim, &token);
    return (struct finding){pod_token_word(outcome), pod_token_reason(outcome)};
}

/* Answering. */

static void answer(struct controller *controller, struct visitor *visitor, struct finding finding)
{
    overview_enrolled(controller, finding.word);
    directory_verified(visitor, finding.reason);
}

static void admission_wait(struct controller *controller,
                           const struct directory_claim *claim,
                           struct visitor *visitor)
{
    struct admission *admission = memory_get(1, sizeof *admission);

    admission->visitor = visitor;
    admission->claim = *claim;
    admission->claim.token = admission->token = memory_text(claim->token);
    admission->claim.job = strncpy(admission->job, claim->job, sizeof admission->job - 1);
    admission->next = controller->admissions;
    controller->admissions = admission;
}

void admission_verify(void *context, const struct directory_claim *claim, struct visitor *visitor)
{
    struct controller *controller = context;
    struct finding finding = claim_judge(controller, claim);
    bool unknown = !strcmp(finding.word, pod_token_word(POD_TOKEN_UNKNOWN_KEY));

    if (unknown && issuer_ask(&controller->issuer) == 0)
        admission_wait(controller, claim, visitor);
    else
        answer(controller, visitor, finding);
}

/* Takes the newest of those who wait, or returns NULL. */
static struct admission *admission_take(struct controller *controller)
{
    struct admission *admission = controller->admissions;

    if (admission)
        controller->admissions = admission->next;
    return admission;
}

static void admission_free(struct admission *admission)
{
    secret_forget(admission->token);
    free(admission);
}

void admission_resume(struct controller *controller)
{
    struct admission *admission;

    while ((admission = admission_take(controller))) {
        answer(controller, admission->visitor, claim_judge(controller, &admission->claim));
        admission_free(admission);
    }
}

void admission_close(struct controller *controller)
{
    struct admission *admission;

    while ((admission = admission_take(controller))) {
        directory_verified(admission->visitor, "the controller is ending");
        admission_free(admission);
    }
}
