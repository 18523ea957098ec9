#!/bin/bash
# PyTorch DDP over the link loses a process, a pod, and the pod of the lead. Nothing is saved: those that
# live keep their processes and their weights, and give them to those that come.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"

# lives SLOT TIMES: how often the pod's process has begun, by its output.
lives() { [ "$(kubectl logs "$(slot ddp "$1")" | grep -c '\] process ')" = "$2" ] || fail "slot $1: $(kubectl logs "$(slot ddp "$1")")"; }

kubectl create configmap code --from-file=examples/torch/ddp.py --from-file=python/muster.py >/dev/null
kubectl apply -f tests/e2e/torch_link/ddp.yaml >/dev/null
within 120 "it trains" trains ddp 1
say "it trains"

mark
kill_in python3.11 "$(slot ddp 1)"
repaired 60 ddp "a process was killed" 1 0
writes | grep -q pods && fail "pods were written: $(writes)"

kubectl delete pod "$(slot ddp 2)" --grace-period=0 --force >/dev/null 2>&1
repaired 60 ddp "a pod was lost" 1 1

# Slots 0 and 1 have lost two peers and were not started again for it.
lives 0 1
lives 1 2

kubectl delete pod "$(slot ddp 0)" --grace-period=0 --force >/dev/null 2>&1
repaired 60 ddp "the lead was lost with its pod" 1 2
lives 1 2
lives 2 1

kubectl wait --for=condition=Complete --timeout=120s mjob/ddp >/dev/null || fail "it does not complete"
[ "$(status ddp result.steps)" = 3000 ] || fail "result: $(status ddp result)"
say "complete, loss $(status ddp result.loss)"
