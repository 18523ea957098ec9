#!/bin/bash
# The TrainingJob resource on a real API server: it is taken by a plain kubectl apply, explained,
# shown in columns, and accepts and refuses what lib/job does.
#
# KUBECONFIG says which server, KUBECTL and MUSTER which programs. The resource stays behind.
set -u
cd "$(dirname "$0")/../.."
export KUBECTL=${KUBECTL:-kubectl}
export MUSTER=${MUSTER:-build/release/muster}
work=$(mktemp -d)
export work
trap 'rm -rf "$work"' EXIT
bad=0

wrong() {
    echo "manifests: $*" >&2
    bad=1
}

# has TEXT WANTED...: whether every one is in it.
has() {
    local text=$1 wanted
    shift
    for wanted in "$@"; do
        grep -qF -- "$wanted" <<<"$text" || return 1
    done
}

# --- the resource ------------------------------------------------------------------------------

$KUBECTL apply -f manifests/crd.yaml >"$work/applied" 2>&1 || { cat "$work/applied" >&2; exit 1; }
for try in {1..100}; do # it is served a moment later, and explained after that
    $KUBECTL get mjob >/dev/null 2>&1 && $KUBECTL explain trainingjob >/dev/null 2>&1 && break
    [ "$try" -lt 100 ] || { wrong "the resource is not served"; exit 1; }
    sleep 0.1
done
has "$(cat "$work/applied")" Warning && wrong "applying the resource: $(cat "$work/applied")"

explained=$($KUBECTL explain trainingjob.spec.training)
has "$explained" "optimizer" "-required-" "epochs" || wrong "explain spec.training: $explained"
explained=$($KUBECTL explain trainingjob.spec.template.spec.containers)
has "$explained" "volumeMounts" "terminationMessagePath" || wrong "explain of a container: $explained"

# --- the lists ---------------------------------------------------------------------------------

# The job as lib/job reads it, but for the template, where the server has defaults of its own.
job() {
    $MUSTER validate --output json --set metadata.namespace=default "$1" | sed 's/,"template":.*//'
}

good() {
    if ! $KUBECTL apply --dry-run=server -o json -f "$1" >"$work/$2.json" 2>"$work/$2.said"; then
        echo "manifests: $1 is refused: $(cat "$work/$2.said")" >&2
        return 1
    fi
    [ "$(job "$1")" = "$(job "$work/$2.json")" ] && return
    echo "manifests: $1 is another job after the server has read it:" >&2
    diff <(job "$1") <(job "$work/$2.json") >&2
    return 1
}

# The first line of a bad one is the place; the second may be what the server says instead.
refused() {
    local wanted
    wanted=$(sed -nE '1s/^# //p' "$1")
    wanted=$(sed -nE '2s/^# server: //p' "$1" | grep . || echo "$wanted")
    if $KUBECTL apply --dry-run=server -f "$1" >"$work/$2.said" 2>&1; then
        echo "manifests: $1 is accepted" >&2
        return 1
    fi
    grep -qF -- "$wanted" "$work/$2.said" && return
    echo "manifests: $1 is refused without '$wanted': $(cat "$work/$2.said")" >&2
    return 1
}
export -f job good refused

# each FUNCTION FOLDER: kubectl mostly waits, so as many at once as there are processors.
each() {
    local count
    count=$(find "tests/manifests/$2" -name '*.yaml' | wc -l)
    find "tests/manifests/$2" -name '*.yaml' | sort |
        xargs -P "$(nproc)" -I{} bash -c "$1 {} $2-\$(basename {})" || bad=1
    echo "manifests: $count $2"
}
each good good
each refused bad
each refused pod

# --- the columns -------------------------------------------------------------------------------

$KUBECTL delete mjob digits --ignore-not-found >/dev/null
$KUBECTL apply -f examples/digits.yaml >/dev/null || wrong "examples/digits.yaml is refused"
$KUBECTL patch mjob digits --subresource=status --type=merge --patch-file tests/conformance/status.json \
    >"$work/patched" 2>&1 || wrong "the status is refused: $(cat "$work/patched")"
has "$(cat "$work/patched")" Warning && wrong "the status: $(cat "$work/patched")"
shown=$($KUBECTL get mjob digits)
grep -qE '^NAME +STATE +READY +PROGRESS +STEP +LOSS +RESTARTS +AGE$' <<<"$shown" &&
    grep -qE '^digits +Running +3/4 +42 % +787 +0.031 +3 +[0-9]+s$' <<<"$shown" || wrong "columns: $shown"
has "$($KUBECTL get muster --field-selector status.state=Running)" digits || wrong "not found by its state"
has "$($KUBECTL get mjob --field-selector status.state=Failed 2>&1)" digits && wrong "found by another state"
kept=$($KUBECTL get mjob digits -o jsonpath='{.status.result.anything},{.status.incidents[0].milliseconds}')
[ "$kept" = '7,{"form":1.5,"total":12}' ] || wrong "kept of the status: $kept"
$KUBECTL wait --for=condition=Running --timeout=1s mjob/digits >/dev/null || wrong "kubectl wait"
$KUBECTL delete mjob digits >/dev/null || wrong "not deleted"

exit $bad
