#!/bin/bash
# The controller's rights on a real API server are exactly those it needs, and its Deployment is
# taken without a warning. KUBECONFIG says which server, KUBECTL which program. The rights stay behind.
set -u
cd "$(dirname "$0")/../.."
KUBECTL=${KUBECTL:-kubectl}
controller=system:serviceaccount:muster-system:muster-controller
bad=0

wrong() {
    echo "rights: $*" >&2
    bad=1
}

$KUBECTL apply -f manifests/rbac.yaml >/dev/null || exit 1

# Resources and verbs, without what every account may do: ask who it is and what it may do.
found=$($KUBECTL auth can-i --list --as=$controller |
    sed -nE 's/^([a-z][a-z0-9.\/]*) +\[\] +\[\] +(\[.*\])$/\1 \2/p' | grep -v '^selfsubject' | sort)
wanted='events [list]
events.events.k8s.io [create patch]
nodes [get]
pods [create delete get list watch]
trainingjobs.muster.dev [list watch]
trainingjobs.muster.dev/status [patch]'
diff <(echo "$wanted") <(echo "$found") >&2 || wrong "not the rights that are needed"

$KUBECTL auth can-i get /openid/v1/jwks --as=$controller >/dev/null ||
    wrong "the keys of tokens cannot be read"

# The namespace warns of whatever the restricted profile of pod security refuses.
said=$($KUBECTL apply --dry-run=server -f manifests/deployment.yaml 2>&1) || wrong "refused: $said"
grep -q Warning <<<"$said" && wrong "$said"

exit $bad
