#!/bin/bash
# Builds the images without a daemon: images.sh NAME... writes build/images/NAME.tar, an archive that
# `docker load` and `ctr images import` take. The programs in build/release go in as they are.
#
# IMAGES is the prefix of the names, TAG what stands behind them. PROGRAMS=compiled compiles everything
# in an image as docker does, into NAME-compiled.tar; that image is BASE, which may be one of base.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${IMAGES:-muster.local} tag=${TAG:-dev}
out=$PWD/build/images
programs=${PROGRAMS:-built}
arguments=(--build-arg "PROGRAMS=$programs" --build-arg "BASE=${BASE:-debian:12}")

# buildah leaves mounts behind; in a namespace of their own they go with it.
if [ -z "${MUSTER_IMAGES_INSIDE:-}" ]; then
    MUSTER_IMAGES_INSIDE=yes exec unshare --mount "$0" "$@"
fi

# Its store is used for this run only, and chroot isolation asks for no right that a container lacks.
forget() { rm -rf "$out/store" "$out/run"; }
store=(--root "$out/store" --runroot "$out/run")
image() { buildah "${store[@]}" "$@"; }
forget
mkdir -p "$out"
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=overlay
# A directory that is an overlay itself cannot hold one.
image info >/dev/null 2>&1 || { forget && export STORAGE_DRIVER=vfs; }

for name in "$@"; do
    file=Dockerfile target=(--target "$name") reference=$prefix/$name:$tag
    if [ "$name" = pause ]; then # containerd's configuration names it
        file=tests/plane/pause/Dockerfile target=() reference=muster.local/pause:1
    fi
    # The same time in each layer, so that equal files make an equal image.
    image build --quiet --timestamp 0 --file "$file" "${target[@]}" "${arguments[@]}" \
        --tag "$reference" . >/dev/null
    archive=$out/$name.tar
    [ "$programs" = built ] || archive=$out/$name-$programs.tar
    rm -f "$archive"
    image push --quiet "$reference" "docker-archive:$archive:$reference"
    printf '  %-7s %s %sB\n' IMAGE "$reference" "$(du --bytes --si "$archive" | cut -f 1)"
done
umount --recursive "$out/store/overlay" 2>/dev/null || true
forget
