#!/bin/bash
# End to end: a cluster of its own, each test_NAME.sh on it in a namespace of its own, and nothing left
# on the machine afterwards. run.sh [NAME...] runs these only; a measurement, NAME.sh, is run by name.
#
# ARCHIVES are the files of the images. A test finds kubectl, KUBECONFIG with the default namespace set
# to its own, CLUSTER, and what lib.sh has. It fails by its status. Without names, what the API server
# makes of the manifests is looked at first, before there is a controller that acts on them.
set -euo pipefail
cd "$(dirname "$0")/../.."
cluster=build/e2e
record=build/e2e.machine
patience=${PATIENCE:-300} # seconds for one test

down() {
    build/plane --dir "$cluster" down
}

# What is left may be gone a moment later: the kernel takes namespaces down in the background.
nothing_left() {
    local try
    for try in 1 2 3 4 5; do
        tests/plane/leftovers.sh check "$record" 2>/dev/null && return
        sleep 0.5
    done
    tests/plane/leftovers.sh check "$record"
}

# What a reader needs who sees that it failed.
explain() {
    local pod
    kubectl get pods,mjob -o wide || true
    kubectl get mjob -o yaml || true
    kubectl get events || true
    for pod in $(kubectl get pods -o name); do
        echo "--- $pod"
        kubectl logs --all-containers --prefix --tail=30 "$pod" || true
    done
    echo "--- controller"
    kubectl -n muster-system logs --tail=60 --previous deployment/muster-controller 2>/dev/null || true
    kubectl -n muster-system logs --tail=60 deployment/muster-controller || true
}

conformance() {
    local script begin
    for script in tests/conformance/*.sh; do
        begin=$SECONDS
        "$script" || return
        echo "ok: ${script#tests/} ($((SECONDS - begin)) s)"
    done
}

# As docs say a cluster gets Muster.
install() {
    kubectl apply -f manifests/crd.yaml -f manifests/rbac.yaml >/dev/null &&
        kubectl apply -f manifests/deployment.yaml >/dev/null &&
        kubectl -n muster-system rollout status deployment/muster-controller --timeout=60s >/dev/null && return
    echo "FAILED: the controller is not ready" >&2
    explain >&2
    return 1
}

run() {
    local name=$1 namespace=${1//_/-} begin=$SECONDS script
    script=$(find tests/e2e -name "test_$name.sh" -o -name "$name.sh")
    kubectl create namespace "$namespace" >/dev/null
    kubectl config set-context --current --namespace "$namespace" >/dev/null
    # Pods are refused until the namespace has its account. A controller manager whose API server was
    # away asks it again after up to a minute.
    if ! kubectl wait --for=create serviceaccount/default --timeout=90s >/dev/null ||
        ! timeout --foreground "$patience" "$script"; then
        echo "FAILED: $name" >&2
        explain >&2
        return 1
    fi
    echo "ok: $name ($((SECONDS - begin)) s)"
}

down 2>/dev/null || true # of a run that was killed
tests/plane/leftovers.sh record "$record"
trap down EXIT
images=()
for archive in $ARCHIVES; do images+=(--image "$archive"); done
build/plane --dir "$cluster" up "${images[@]}" >/dev/null
export KUBECONFIG=$PWD/$cluster/admin.kubeconfig PATH=$PWD/$cluster/bin:$PATH CLUSTER=$PWD/$cluster

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(find tests/e2e -name 'test_*.sh' | sed 's/.*test_//; s/\.sh$//' | sort)
failed=0
[ $# -gt 0 ] || conformance || failed=1
install || { failed=1 names=(); }
for name in "${names[@]}"; do run "$name" || failed=1; done

trap - EXIT
down
nothing_left
exit $failed
