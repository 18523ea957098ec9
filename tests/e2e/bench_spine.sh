#!/bin/bash
# What a job on a cluster costs and what its repairs take: a table, and build/bench/cluster-spine.json.
# Run by `make bench-cluster-spine`, on a cluster of its own. A repair is timed by the agents, from the
# fault they see to the first step after it; the lines say what that leaves out.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
runs=${RUNS:-5}
rows=build/bench/cluster-spine.rows
mkdir -p build/bench
: >"$rows"

# row METRIC UNIT VALUE...: median and largest of the values.
row() {
    local metric=$1 unit=$2
    shift 2
    printf '%s\n' "$@" | sort -g | jq --slurp --compact-output --arg metric "$metric" --arg unit "$unit" '
        {metric: $metric, value: .[(length - 1) / 2 | floor], unit: $unit, runs: length,
         median: .[(length - 1) / 2 | floor], p99: .[-1], peer: null, peerValue: null, ratio: null}' |
        tee -a "$rows" |
        jq --raw-output '"\(.metric)|\(.runs)|\(.median)|\(.p99)|\(.unit)"' |
        awk -F'|' '{ printf "%-62s %4s %10.4g %10.4g  %s\n", $1, $2, $3, $4, $5 }'
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# first_step JOB: waits until an agent of the job says that a step is done.
first_step() {
    local known=()
    while [ ${#known[@]} -lt 1 ]; do mapfile -t known < <(addresses "$1" | grep .); done
    until [ "$(metric muster_step "${known[0]}")" -gt 0 ]; do sleep 0.02; done
}

# repair JOB: milliseconds of its newest incident, in all.
repair() { status "$1" 'incidents[-1:].milliseconds.total'; }

# ends_in JOB: the generation of its newest incident.
ends_in() { status "$1" 'incidents[-1:].generation'; }

# lost JOB GENERATION: an incident after that one tells of an agent that is lost, or has left in time.
lost() {
    [ "$(ends_in "$1")" != "$2" ] && [[ $(status "$1" 'incidents[-1:].cause') =~ ^(AgentLost|Drain)$ ]]
}

# start JOB PATH=VALUE...: milliseconds from kubectl apply to the first step; the job ends by itself.
start() {
    local name=$1 begin
    begin=$(milliseconds)
    manifest "$@" spec.training.epochs=4 spec.training.validation.every=never | kubectl apply -f - >/dev/null
    first_step "$name"
    echo $(($(milliseconds) - begin))
}

# finish JOB: it completes, and leaves nothing.
finish() {
    completes 120 "$1"
    kubectl delete mjob "$1" >/dev/null
    within 60 "its pods are gone" no_pods "$1"
}

printf '%-62s %4s %10s %10s\n' metric runs median largest

process=$(processes muster-controller "$(kubectl -n muster-system get pods --output 'jsonpath={.items[0].metadata.name}')" -n muster-system)
sleep 5
row "RSS of the controller, idle" MiB "$(awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$process/status")"

rm -rf "$CLUSTER/bench" # of an earlier run
make_volume data "$CLUSTER/bench"
$trainer data digits --output "$CLUSTER/bench/train" --count 6000 --seed 1 >/dev/null
ready=('spec.template.spec.initContainers=[]' spec.training.data.validation=
    'spec.template.spec.volumes[0]={name: data, persistentVolumeClaim: {claimName: data}}')
made=() found=() written=()
for i in $(seq "$runs"); do
    mark
    made+=("$(start "made-$i")")
    finish "made-$i"
    written+=("$(writes | wc -l)")
    found+=("$(start "found-$i" "${ready[@]}")")
    finish "found-$i"
done
row "kubectl apply to first step, 4 pods that find their data" ms "${found[@]}"
row "the same, with two init containers that make the data" ms "${made[@]}"
row "API writes of the controller for a job of 4 pods" writes "${written[@]}"

budgets='spec.recovery={budgets: {rank: {count: 1000}, pod: {count: 1000}}}'
manifest long spec.training.epochs=null spec.training.steps=1000000 \
    spec.training.validation.every=never "$budgets" | kubectl apply -f - >/dev/null
within 60 "it trains" count long progress.step 1
ranks=() slots=()
for i in $(seq "$runs"); do
    kill_in muster-trainer "$(slot long $((i % 4)))"
    within 40 "rank fault $i is told" count long restarts.rank "$i"
    ranks+=("$(repair long)")
done
row "rank SIGKILL to first step" ms "${ranks[@]}"
for i in $(seq "$runs"); do
    before=$(ends_in long)
    kubectl delete pod "$(slot long $((i % 4)))" --grace-period=0 --force >/dev/null 2>&1
    within 60 "pod fault $i is told" lost long "$before"
    slots+=("$(repair long)")
    within 60 "it trains again" is long Running True
done
row "pod deleted by force to first step of the whole gang" ms "${slots[@]}"
kubectl delete mjob long --wait=false >/dev/null

for image in controller agent trainer; do
    row "size of the image $image" MB "$(stat --format %s "build/images/$image.tar" | awk '{ print $1 / 1e6 }')"
done
jq --slurp . "$rows" >build/bench/cluster-spine.json
rm "$rows"
