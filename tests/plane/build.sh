#!/bin/sh
# Builds plane: build.sh OUT. The binary is kept in .deps/plane under the hash of what it is made of,
# so that it is built once a version and `make clean` does not cost the minutes that a first build takes.
set -eu
out=$(realpath --no-symlinks --canonicalize-missing "$1")
cd "$(dirname "$0")"
kept=../../.deps/plane

key=$(cat go.mod go.sum build.sh ./*.go conf/* | sha256sum | cut -c 1-16)
if [ ! -x "$kept/$key" ]; then
    go=$(./go.sh)
    export CGO_ENABLED=0 GOFLAGS="-buildvcs=false -mod=readonly"
    version=$("$go" list -m -f '{{.Version}}' k8s.io/kubernetes)
    minor=${version#v1.} minor=${minor%%.*}
    kwok=$("$go" list -m -f '{{.Version}}' sigs.k8s.io/kwok)
    base=k8s.io/component-base/version
    mkdir -p "$kept"
    echo "building plane, $version (minutes when it is the first time here)"
    # So many packages at a time; each may take a gigabyte.
    "$go" build -p "${JOBS:-1}" -trimpath -o "$kept/$key.new" -ldflags "-s -w
        -X $base.gitVersion=$version -X $base.gitMajor=1 -X $base.gitMinor=$minor
        -X $base.gitCommit=plane -X $base.gitTreeState=clean -X $base.buildDate=1970-01-01T00:00:00Z
        -X k8s.io/client-go/pkg/version.gitVersion=$version
        -X sigs.k8s.io/kwok/pkg/consts.Version=$kwok" .
    find "$kept" -type f -mtime +7 -delete # a cluster that is up may run the one before
    mv "$kept/$key.new" "$kept/$key"
fi
mkdir -p "$(dirname "$out")"
ln -sfn "$(realpath "$kept/$key")" "$out"
