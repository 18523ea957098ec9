#!/bin/bash
# Makes a small Debian as an image where none can be pulled: base.sh writes build/images/base.tar. The
# release is this machine's, and so are the mirrors: those of apt's configuration. Needs root.
#
# It serves as BASE=docker-archive:$PWD/build/images/base.tar, of the Dockerfile and of others.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/build/images
[ -n "${MUSTER_IMAGES_INSIDE:-}" ] || MUSTER_IMAGES_INSIDE=yes exec unshare --mount "$0" "$@"

# shellcheck disable=SC1091 # VERSION_CODENAME
. /etc/os-release
work=$(mktemp -d "$out/base.XXXXXX")
trap 'rm -rf "$work"' EXIT
lines=$(apt-get indextargets --format 'deb $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian')
mirror=$(awk -v name="$VERSION_CODENAME" '$3 == name && $4 == "main" { print $2; exit }' <<<"$lines")

debootstrap --variant=minbase "$VERSION_CODENAME" "$work/root" "$mirror" >"$out/base.log"
echo "$lines" >"$work/root/etc/apt/sources.list"
rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*

store=(--root "$work/store" --runroot "$work/run")
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
container=$(buildah "${store[@]}" from scratch)
buildah "${store[@]}" add --quiet "$container" "$work/root" / >/dev/null
buildah "${store[@]}" commit --quiet --timestamp 0 "$container" base >/dev/null
rm -f "$out/base.tar"
buildah "${store[@]}" push --quiet base "docker-archive:$out/base.tar:muster.local/base:$VERSION_CODENAME"
