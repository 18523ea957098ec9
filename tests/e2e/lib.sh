# What the tests of this folder share; sourced by them. CLUSTER is the directory of the cluster, and
# kubectl's default namespace is the test's own.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

namespace=$(kubectl config view --minify --output 'jsonpath={..namespace}')
controller=system:serviceaccount:muster-system:muster-controller
muster=build/release/muster
trainer=build/release/muster-trainer
marked=0

fail() {
    echo "$*" >&2
    exit 1
}

say() { echo "    $((SECONDS)) s: $*"; }

plane() { build/plane --dir "$CLUSTER" "$@" >/dev/null; }

# within SECONDS WHAT COMMAND...: until the command succeeds, or the test fails.
within() {
    local seconds=$1 what=$2 end=$((SECONDS + $1))
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "not within $seconds s: $what"
        sleep 0.2
    done
}

# --- jobs ----------------------------------------------------------------------------------------

# manifest NAME PATH=VALUE...: the example as another job, with little data and no checkpoints.
manifest() {
    local name=$1 set sets=()
    shift
    for set in "$@"; do sets+=(--set "$set"); done
    $muster validate --output json --set "metadata.name=$name" \
        --set 'spec.template.spec.initContainers[0].args[5]="6000"' \
        --set 'spec.template.spec.initContainers[1].args[5]="1000"' \
        --set 'spec.template.spec.volumes[1]={name: checkpoints, emptyDir: {}}' \
        --set spec.checkpoint= "${sets[@]}" examples/digits.yaml
}

# status JOB PATH
status() { kubectl get mjob "$1" --output "jsonpath={.status.$2}"; }

# condition JOB TYPE: its status and its reason.
condition() {
    status "$1" "conditions[?(@.type=='$2')]['status','reason']"
}

# is JOB TYPE STATUS [REASON]
is() { [[ "$(condition "$1" "$2") " == "$3 ${4:-}"* ]]; }

# count JOB PATH NUMBER: whether a number of the status has come so far.
count() { [ "$(status "$1" "$2")" -ge "$3" ]; }

# completes SECONDS JOB
completes() {
    within "$1" "$2 ends" ended "$2"
    is "$2" Complete True || fail "$2 has failed: $(status "$2" conditions)"
}

ended() { is "$1" Complete True || is "$1" Failed True; }

# pods JOB: the names of those that are there.
pods() { kubectl get pods --selector "muster.dev/job=$1" --output name; }

no_pods() { [ -z "$(pods "$1")" ]; }

# make_volume CLAIM DIRECTORY: what the claim gets; on one node, a directory of this machine does. The
# claim, as in the examples, is made too.
make_volume() {
    mkdir -p "$2"
    kubectl apply -f - >/dev/null <<END
apiVersion: v1
kind: PersistentVolume
metadata: {name: $namespace-$1}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteMany]
  persistentVolumeReclaimPolicy: Retain
  claimRef: {namespace: $namespace, name: $1}
  local: {path: $2}
  nodeAffinity:
    required:
      nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: Exists}]}]
END
    sed "s/name: digits/name: $1/" examples/digits-claim.yaml | kubectl apply -f - >/dev/null
}

# slot JOB NUMBER: the pod that has it.
slot() { echo "$1-1-$2-$(status "$1" "tries[$2]")"; }

# at JOB: how many steps are done, by the word of its agents. The status is up to 10 s behind.
at() {
    # shellcheck disable=SC2046 # a list
    metric muster_step $(addresses "$1")
}

# trains JOB STEP: whether it is past the step, and nothing is being repaired.
trains() { [ "$(at "$1")" -gt "$2" ] && is "$1" Running True && is "$1" Restarting False; }

# repaired SECONDS JOB WHAT RANKS PODS: within that time for each, so many faults of either kind have
# been counted, and training goes on.
repaired() {
    within "$1" "$3: counted" count "$2" restarts.rank "$4"
    within "$1" "$3: counted" count "$2" restarts.pod "$5"
    within "$1" "$3: training goes on" trains "$2" "$(at "$2")"
    say "$3"
}

# --- processes -----------------------------------------------------------------------------------

# processes PROGRAM POD [OPTION...]: their numbers on this machine; options are kubectl's.
processes() {
    local program=$1 pod=$2 uid process
    shift 2
    uid=$(kubectl get pod "$pod" --output 'jsonpath={.metadata.uid}' "$@")
    # A container may end meanwhile.
    { find /sys/fs/cgroup -path "*pod$uid*" -name cgroup.procs -exec cat {} + 2>/dev/null || true; } |
        sort -un | while read -r process; do
            [[ "$(readlink "/proc/$process/exe")" == */"$program" ]] && echo "$process"
        done || true
}

# kill_in PROGRAM POD [OPTION...]: the first of them dies at once.
kill_in() {
    local found
    found=$(processes "$@" | head -n 1)
    [ -n "$found" ] || fail "no $1 in pod $2"
    kill -KILL "$found"
}

# addresses JOB: of its pods, one a line.
addresses() {
    kubectl get pods --selector "muster.dev/job=$1" --output 'jsonpath={range .items[*]}{.status.podIP}{"\n"}{end}'
}

# metric NAME ADDRESS...: the highest value that agents have, as they say themselves.
metric() {
    local name=$1 address
    shift
    for address in "$@"; do
        curl --silent --max-time 2 "http://$address:7072/metrics" || true
    done | awk -v name="$name" '$1 ~ "^" name "($|{)" && $2 > most { most = $2 } END { print most + 0 }'
}

# --- the audit log -------------------------------------------------------------------------------

# mark: what is written from here on is counted.
mark() { marked=$(wc -l <"$CLUSTER/log/audit.log"); }

# writes: the controller's in this namespace since the mark, each as: verb resource code.
writes() {
    tail -n "+$((marked + 1))" "$CLUSTER/log/audit.log" |
        jq --raw-input --raw-output --arg user "$controller" --arg namespace "$namespace" '
            fromjson? | select(.user.username == $user and .stage == "ResponseComplete"
                and .objectRef.namespace == $namespace
                and (.verb | IN("create", "update", "patch", "delete", "deletecollection")))
            | [.verb, ([.objectRef.resource, .objectRef.subresource // empty] | join("/")),
                .objectRef.name, .responseStatus.code] | join(" ")'
}
