#!/bin/bash
# A trainer that knows nothing of Muster: when one of its processes is killed, or the pod of rank 0 and
# of the lead is lost, all of them start again, go on from the state that they had saved, and end well.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
work=$CLUSTER/torch

# started COUNT: whether rank 0 has started so often.
started() { [ "$(wc -l <"$work/starts")" -ge "$1" ]; }

rm -rf "$work"
make_volume state "$work"
kubectl create configmap code --from-file=tests/e2e/torch/ddp.py >/dev/null
kubectl apply -f tests/e2e/torch/ddp.yaml >/dev/null
within 90 "a state is saved" test -f "$work/state.pt"
say "it trains"

mark
kill_in python3.11 ddp-1-1-0
within 60 "all start again" started 2
within 30 "a newer state is saved" test "$work/state.pt" -nt "$work/starts"
say "killed and started again"
writes | grep -q pods && fail "pods were written: $(writes)"

kubectl delete pod ddp-1-0-0 --grace-period=0 --force >/dev/null 2>&1
within 90 "all start again" started 3
within 30 "the output says whose it is" eval 'kubectl logs ddp-1-0-1 | grep "^\[rank 0\] step "'
say "the lead was lost with its pod, and all started again"
kubectl wait --for=condition=Complete --timeout=120s mjob/ddp >/dev/null || fail "it does not complete"
[ "$(status ddp restarts.rank) $(status ddp restarts.pod)" = "1 1" ] || fail "restarts: $(status ddp restarts)"
awk 'NR == 1 && $0 != "0 2 0" { exit 1 }
    NR > 1 && !($1 > last && $2 == 2 && $3 > 0) { exit 1 }
    { last = $1 }
    END { if (NR != 3) exit 1 }' "$work/starts" || fail "starts, as step, ranks, restarts: $(cat "$work/starts")"
