#!/bin/bash
# Builds the image muster.local/torch:dev: image.sh OUT. The archive is kept in .deps/torch/ under the
# hash of what it is made of, for it takes minutes and a gigabyte. Needs root.
set -euo pipefail
cd "$(dirname "$0")/../../.."
[ -n "${MUSTER_IMAGES_INSIDE:-}" ] || MUSTER_IMAGES_INSIDE=yes exec unshare --mount "$0" "$@"
out=$1
kept=$PWD/.deps/torch
reference=muster.local/torch:dev

key=$(cat tests/e2e/torch/Dockerfile tests/e2e/torch/image.sh scripts/base.sh /etc/os-release | sha256sum | cut -c 1-16)
archive=$kept/$key.tar
if [ ! -f "$archive" ]; then
    echo "building $reference (minutes when it is the first time here)"
    mkdir -p "$kept" build/images
    scripts/base.sh
    work=$(mktemp -d "$kept/work.XXXXXX")
    trap 'umount --recursive "$work/store/overlay" 2>/dev/null || true; rm -rf "$work"' EXIT
    store=(--root "$work/store" --runroot "$work/run")
    export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=overlay
    # A directory that is an overlay itself cannot hold one.
    buildah "${store[@]}" info >/dev/null 2>&1 || { rm -rf "${work:?}"/* && export STORAGE_DRIVER=vfs; }
    buildah "${store[@]}" build --quiet --timestamp 0 --file tests/e2e/torch/Dockerfile \
        --build-arg "BASE=docker-archive:$PWD/build/images/base.tar" --tag "$reference" tests/e2e/torch >/dev/null
    buildah "${store[@]}" push --quiet "$reference" "docker-archive:$work/new.tar:$reference"
    rm -f "$kept"/*.tar # of what it was made of before
    mv "$work/new.tar" "$archive"
fi
mkdir -p "$(dirname "$out")"
ln -sfn "$archive" "$out"
