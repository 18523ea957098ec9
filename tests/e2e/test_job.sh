#!/bin/bash
# A job on a cluster meets everything that it is to repair, and comes to the same bits as `muster run`
# on this machine, where nothing happens to it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
work=$CLUSTER/job
volume=$work/volume
lasting=50 # seconds of training, for that all of it happens on the way

# run RESULT PATH=VALUE...: the job on this machine, with the cluster's data.
run() {
    local result=$1 set sets=()
    shift
    for set in "$@"; do sets+=(--set "$set"); done
    $muster run --quiet --directory "$work" --set spec.checkpoint= "${sets[@]}" --result "$result" \
        examples/digits.yaml >/dev/null
}

# column N: as kubectl get shows it.
column() { kubectl get mjob digits --no-headers | awk -v n="$1" '{ print $n }'; }

# expect_writes ALLOWED: since the mark the controller has written nothing but what matches.
expect_writes() {
    local other
    other=$(writes | grep -v -E "^($1) [^ ]* 20[01]$" || true)
    [ -z "$other" ] || fail "the controller wrote: $other"
}

# replaced SLOT: since the mark exactly one pod was made, the next try of the slot.
replaced() {
    local made
    made=$(writes | grep '^create pods ' || true)
    [ "$made" = "create pods $(slot digits "$1") 201" ] || fail "instead of $(slot digits "$1") were made: $made"
}

rm -rf "$work"
mkdir -p "$work/data"
$trainer data digits --output "$work/data/train" --count 6000 --seed 1 >/dev/null
$trainer data digits --output "$work/data/validation" --count 1000 --seed 2 >/dev/null
run "$work/short.json" spec.training.epochs=3
epochs=$(jq --argjson lasting $lasting '3 * $lasting / .seconds | ceil' "$work/short.json")
# In one process, which trains the same weights in less time.
run "$work/undisturbed.json" "spec.training.epochs=$epochs" spec.replicas=1
say "undisturbed: $(jq --compact-output '[.steps, .validationAccuracy, .weightsCrc32c]' "$work/undisturbed.json")"

make_volume digits "$volume"
mark
manifest digits "spec.training.epochs=$epochs" 'spec.checkpoint={directory: checkpoints, everySeconds: 5}' \
    'spec.template.spec.volumes[1]={name: checkpoints, persistentVolumeClaim: {claimName: digits}}' |
    kubectl apply -f - >/dev/null
within 60 "it trains" count digits progress.step 1
[ "$(writes | grep -c '^create pods')" = 4 ] || fail "not four pods were made: $(writes)"
say "it trains"
before=$(column 6)

# (a) A trainer dies in its pod.
mark
kill_in muster-trainer "$(slot digits 2)"
repaired 40 digits "a rank was killed" 1 0
expect_writes 'patch trainingjobs/status'
within 30 "the column STEP moves" eval '[ "$(column 6)" -gt "$before" ]'
[ "$(column 2) $(column 3)" = "Running 4/4" ] || fail "columns: $(kubectl get mjob digits)"

# (b) A pod is deleted.
mark
kubectl delete pod "$(slot digits 1)" --wait=false >/dev/null
repaired 40 digits "a pod was deleted" 1 1
replaced 1

# (c) A pod is deleted by force.
mark
kubectl delete pod "$(slot digits 3)" --grace-period=0 --force >/dev/null 2>&1
repaired 40 digits "a pod was deleted by force" 1 2
replaced 3

# (d) The controller is killed, and comes back to a pod less; the others are as it left them.
mark
manager=$(kubectl -n muster-system get pods --output name)
kill_in muster-controller "${manager#pod/}" -n muster-system
kubectl delete pod "$(slot digits 2)" --grace-period=0 --force >/dev/null 2>&1
within 60 "the lost pod is replaced" eval 'writes | grep "^create pods"'
within 60 "training goes on" trains digits "$(at digits)"
kill_in muster-trainer "$(slot digits 1)"
repaired 40 digits "the controller and a pod were killed, then a rank" 2 3
replaced 2
expect_writes 'patch trainingjobs/status|create events|create pods'

# (e) The API server is away for 20 s, and a rank dies.
mapfile -t known < <(addresses digits)
victim=$(processes muster-trainer "$(slot digits 0)")
plane signal --signal KILL apiserver
end=$((SECONDS + 20))
begin=$(metric muster_generation "${known[@]}")
kill -KILL "$victim"
within 15 "repaired without the API server" eval '[ "$(metric muster_generation "${known[@]}")" -gt "$begin" ]'
begin=$(metric muster_step "${known[@]}")
within 15 "training without the API server" eval '[ "$(metric muster_step "${known[@]}")" -gt "$begin" ]'
kubectl get --raw /readyz >/dev/null 2>&1 && fail "the API server was there"
say "a rank was killed and repaired without the API server"
sleep $((end > SECONDS ? end - SECONDS : 0))
plane start apiserver
within 60 "the API server is back" kubectl get --raw /readyz
within 60 "the repair is told" count digits restarts.rank 3

kubectl wait --for=condition=Complete --timeout=120s mjob/digits >/dev/null || fail "it does not complete"
for value in validationAccuracy weightsCrc32c steps; do
    wanted=$(jq --raw-output ".$value" "$work/undisturbed.json")
    found=$(status digits "result.$value")
    [ "$found" = "$wanted" ] || fail "$value is $found, undisturbed $wanted"
done
say "complete, with the weights of the undisturbed run"
find "$volume" -name manifest.json | grep -q . || fail "no checkpoint in the volume"

kubectl delete mjob digits --wait=false >/dev/null
within 60 "its pods are gone" no_pods digits
