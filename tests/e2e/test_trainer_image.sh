#!/bin/bash
# The image of the trainer works as a user who is not root and on a root file system that is read-only.
set -euo pipefail

# pod NAME PREFIX: the trainer makes the data PREFIX-*; it may write below /data only.
pod() {
    kubectl apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Pod
metadata: {name: $1}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  dnsPolicy: Default
  securityContext: {runAsNonRoot: true, fsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: trainer
    image: muster.local/trainer:dev
    imagePullPolicy: Never
    args: [data, digits, --count, "100", --output, $2]
    securityContext:
      readOnlyRootFilesystem: true
      allowPrivilegeEscalation: false
      capabilities: {drop: [ALL]}
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, emptyDir: {}}]
EOF
}

ended() { kubectl wait --for="jsonpath={.status.phase}=$2" "pod/$1" --timeout=60s >/dev/null; }

pod allowed /data/train
pod refused /train
ended allowed Succeeded
ended refused Failed
if ! kubectl logs refused | grep -q "Read-only file system"; then
    echo "the pod 'refused' failed for another reason: $(kubectl logs refused)" >&2
    exit 1
fi
