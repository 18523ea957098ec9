#!/bin/sh
# Prints the path of a Go that can build this module. One from 1.21 on fetches the version that go.mod
# asks for by itself. Debian 12's is older: with it, that version is fetched here, as the module it is,
# checked against Go's public list of checksums like any other.
set -eu
cd "$(dirname "$0")"

if ! command -v go >/dev/null; then
    if [ "$(id -u)" != 0 ]; then
        echo "Go is missing; run: sudo apt-get install golang-go" >&2
        exit 1
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go >/dev/null
fi
have=$(go env GOVERSION)
if dpkg --compare-versions "${have#go}" ge 1.21; then
    command -v go
    exit
fi
wanted=$(sed -n 's/^go //p' go.mod)
module=golang.org/toolchain@v0.0.1-go$wanted.linux-$(go env GOARCH)
# Elsewhere: it must not read this go.mod, which is of a newer form than it knows.
directory=$(cd / && go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
# A module has no executable files.
chmod -R u+x "$directory/bin" "$directory/pkg/tool"
echo "$directory/bin/go"
