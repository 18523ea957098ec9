/* labels - the names by which the controller knows its objects again. */
#ifndef CONTROLLER_LABELS_H
#define CONTROLLER_LABELS_H

#define LABELS_GROUP   "muster.dev"
#define LABELS_VERSION "muster.dev/v1alpha1"
#define LABELS_KIND    "TrainingJob"

#define LABELS_PREFIX  "muster.dev/" /* of all labels below; users have none of their own there */
#define LABELS_JOB     "muster.dev/job"
#define LABELS_ATTEMPT "muster.dev/attempt"
#define LABELS_SLOT    "muster.dev/slot"

/* The annotation that tells a pod's agent whom to believe. */
#define LABELS_TRUST "muster.dev/trust"

/* The container that runs under the agent, where a pod has several. */
#define LABELS_TRAINER "trainer"

#endif
