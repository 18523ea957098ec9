#!/bin/sh
# In place of muster-agent: starts it on the machine of its slot. NODES_DIRECTORY has the machines,
# NODES_AGENT is the agent. With NODES_CLOCKS the clocks of a machine that boots are its own, too:
# machine N says to have run for N x 100,000 s longer.
set -eu
slot=
for word; do
    shift
    case $word in
        --listen=*) ;;
        --slot=*) slot=${word#*=} && set -- "$@" "$word" ;;
        *) set -- "$@" "$word" ;;
    esac
done
ahead=$(((slot + 1) * 100000))
clocks=${NODES_CLOCKS:+unshare --time --boottime $ahead --monotonic $ahead}
# shellcheck disable=SC2086
exec nsenter "--net=$NODES_DIRECTORY/machine-$slot" $clocks \
    "$NODES_AGENT" "--listen=10.77.0.$((slot + 1)):0" "$@"
