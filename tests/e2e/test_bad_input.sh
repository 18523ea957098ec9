#!/bin/bash
# What cannot work is said in one condition within 10 s, and goes on by itself when it is mended.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
full=$namespace-full # a namespace where nobody may make a pod
absent=127.0.0.1:1/absent:dev # the kubelet is refused at once, for nothing is looked up
short=(spec.replicas=1 spec.training.epochs=1 'spec.training.model.layers=[{type: dense, units: 10, activation: softmax}]')

# shows JOB REASON: why its pods are not ready; it has neither failed nor is it marked so elsewhere.
shows() {
    within 10 "$1 shows $2" is "$1" PodsReady False "$2"
    is "$1" Failed False || fail "$1 has failed: $(status "$1" conditions)"
}

# gives_up JOB REASON WORDS: it has failed, says so, and no pod was made.
gives_up() {
    within 10 "$1 fails with $2" is "$1" Failed True "$2"
    [[ "$(status "$1" "conditions[?(@.type=='Failed')].message")" == *"$3"* ]] ||
        fail "$1 fails without '$3': $(status "$1" conditions)"
}

# --- what trying again cannot mend ---------------------------------------------------------------

manifest own-place "${short[@]}" \
    'spec.template.spec.containers[0].volumeMounts[0].mountPath=/muster/data' | kubectl apply -f - >/dev/null
gives_up own-place InvalidSpec 'spec.template.spec.containers[0].volumeMounts[0].mountPath'
no_pods own-place || fail "own-place has pods: $(pods own-place)"

kubectl run taken-1-0-0 --image=muster.local/trainer:dev --restart=Never -- --help >/dev/null
manifest taken "${short[@]}" | kubectl apply -f - >/dev/null
gives_up taken NameConflict taken-1-0-0
no_pods taken || fail "taken has pods: $(pods taken)"
kubectl get pod taken-1-0-0 >/dev/null || fail "the pod of somebody else is gone"

# --- what can be mended --------------------------------------------------------------------------

manifest no-image "${short[@]}" \
    "spec.template.spec.containers[0].image=$absent" | kubectl apply -f - >/dev/null
shows no-image ImageNotPulled

manifest no-node "${short[@]}" 'spec.template.spec.nodeSelector={muster-test: here}' | kubectl apply -f - >/dev/null
shows no-node Unschedulable

manifest no-volume "${short[@]}" \
    'spec.template.spec.volumes[2]={name: absent, configMap: {name: absent}}' \
    'spec.template.spec.containers[0].volumeMounts[2]={name: absent, mountPath: /absent}' | kubectl apply -f - >/dev/null
shows no-volume VolumeNotMounted

kubectl create namespace "$full" >/dev/null
kubectl --namespace "$full" create quota none --hard=pods=0 >/dev/null
within 10 "the quota is known" kubectl --namespace "$full" wait --for='jsonpath={.status.hard.pods}=0' quota/none
kubectl config set-context --current --namespace "$full" >/dev/null
manifest no-room "${short[@]}" | kubectl apply -f - >/dev/null
shows no-room QuotaExceeded
mark
sleep 5
namespace=$full
[ "$(writes | grep -c '^create pods')" -le 5 ] || fail "a pod is asked for again and again: $(writes)"

kubectl delete quota none >/dev/null
completes 60 no-room
kubectl config set-context --current --namespace "${full%-full}" >/dev/null

ctr --address "$CLUSTER/node/containerd.sock" --namespace k8s.io images tag \
    muster.local/trainer:dev "$absent" >/dev/null
kubectl label node real0 muster-test=here >/dev/null
kubectl create configmap absent >/dev/null
completes 60 no-node
completes 90 no-image
completes 200 no-volume # the kubelet waits up to two minutes before it tries again
