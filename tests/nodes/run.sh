#!/bin/bash
# Jobs on machines that are network namespaces: run.sh PROGRAM [SUITE]. Everything happens in
# namespaces of processes, mounts and networks that end with the program, however it ends.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$1

skip() {
    echo "skipped: nodes: $*"
    exit 0
}

spaces=(--mount --net --pid --fork --kill-child --mount-proc)
[ "$(id -u)" = 0 ] || spaces=(--user --map-root-user "${spaces[@]}")
[ -c /dev/net/tun ] || skip "there is no /dev/net/tun"
unshare "${spaces[@]}" true 2>/dev/null || skip "namespaces cannot be made here"
unshare "${spaces[@]}" sh -c 'exec 3<>/dev/net/tun' 2>/dev/null || skip "/dev/net/tun cannot be opened"
mkdir -p build/nodes
export TMPDIR=$PWD/build/nodes

# Runs one suite and keeps what it says until it is over.
play() {
    local out outcome=0
    # shellcheck disable=SC2016
    out=$(timeout --kill-after=5 "${PATIENCE:-600}" unshare "${spaces[@]}" \
        sh -c 'mount -t tmpfs nodes "$TMPDIR" && exec "$@"' sh "$program" "$1" 2>&1) || outcome=$?
    echo "$out" | grep -v '^ *CUnit - \|^ *http://cunit\|^$'
    return $outcome
}

if [ $# -gt 1 ]; then
    play "$2"
    exit
fi
# They wait for most of the time, so that some at a time take no longer.
running=()
failed=0
for suite in $(sed -n 's/^SUITE("nodes \(.*\)",$/\1/p' tests/nodes/test_*.c); do
    play "nodes $suite" &
    running+=($!)
    if [ ${#running[@]} -ge "${AT_ONCE:-3}" ]; then
        wait "${running[0]}" || failed=1
        running=("${running[@]:1}")
    fi
done
for process in "${running[@]}"; do wait "$process" || failed=1; done
exit $failed
