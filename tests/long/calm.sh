#!/bin/bash
# No false alarms: a job trains while others take every processor, and every second one of its processes
# (keeper, agent or rank, the lead's too) stands still for half a second. None of that is a fault.
# calm.sh MINUTES [SEED]: fails when a generation was lost. Everything is below build/calm.
set -euo pipefail
cd "$(dirname "$0")/../.."
minutes=$1
seed=${2:-$((SRANDOM % 32768))}
bin=$PWD/build/release
work=build/calm
busy=()

echo "calm: $minutes minutes, SEED=$seed"
RANDOM=$seed
rm -rf "$work"
mkdir -p "$work/data"
"$bin/muster-trainer" data digits --output "$work/data/train" --count 6000 --seed 1 >/dev/null
"$bin/muster-trainer" data digits --output "$work/data/validation" --count 1000 --seed 2 >/dev/null
"$bin/muster" run --directory "$work" --set spec.training.epochs=null \
    --set spec.training.steps=1000000000 --result "$work/result.json" examples/digits.yaml \
    >"$work/output.txt" 2>&1 &
job=$!
for _ in $(seq "$(nproc)"); do
    timeout $((minutes * 60 + 60)) sh -c 'while :; do :; done' &
    busy+=($!)
done
trap 'kill "${busy[@]}" "$job" 2>/dev/null || true; wait' EXIT

# descendants PROCESS: their numbers.
descendants() {
    local process
    for process in $(pgrep -P "$1"); do
        echo "$process"
        descendants "$process"
    done
}

end=$((SECONDS + minutes * 60))
stalls=0
while [ $SECONDS -lt $end ] && kill -0 "$job" 2>/dev/null; do
    mapfile -t processes < <(descendants "$job")
    if [ ${#processes[@]} -gt 0 ]; then
        victim=${processes[RANDOM % ${#processes[@]}]}
        kill -STOP "$victim" && sleep 0.5 && kill -CONT "$victim"
        stalls=$((stalls + 1))
    fi
    sleep 0.5
done
kill -TERM "$job" || true
code=0
wait "$job" || code=$?
trap - EXIT
kill "${busy[@]}"
wait || true
tail -n 3 "$work/output.txt"
repairs=$(jq '.repairs | length' "$work/result.json")
echo "calm: $stalls stalls, $repairs generations lost, status $code"
[ "$repairs" = 0 ] && [ $code = 130 ]
