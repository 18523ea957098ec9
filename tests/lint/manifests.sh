#!/bin/bash
# manifests/crd.yaml is its source with the pod put in, and small enough for a plain kubectl apply.
# Whether the pod is what k8s.io/api has takes Go: `make manifests-check`.
set -u
cd "$(dirname "$0")/../.."
bad=0
made=manifests/crd.yaml
source=scripts/crd/trainingjob.yaml

if ! diff <(sed '/^ *# @POD@$/d' $source) <(sed '/^ *# pod: made from /,/^ *# pod: end$/d' $made); then
    echo "$made is not made of $source as it is now: make manifests"; bad=1
fi
pod=$(sed -n '/^ *# pod: made from /,/^ *# pod: end$/p' $made | wc -l)
[ "$pod" -gt 100 ] || { echo "$made has $pod lines of a pod"; bad=1; }
size=$(stat -c %s $made)
[ "$size" -lt 150000 ] || { echo "$made: $size bytes, allowed are 149999"; bad=1; }
exit $bad
