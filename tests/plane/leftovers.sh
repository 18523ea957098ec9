#!/bin/bash
# What a cluster could leave on this machine: leftovers.sh record FILE before it comes up, and
# leftovers.sh check FILE when it is down, which prints each difference and then fails.
# Two clusters at the same time see each other here.
set -euo pipefail

settings=(net/ipv4/ip_forward net/ipv4/conf/all/forwarding net/ipv4/conf/all/route_localnet
    net/ipv6/conf/all/forwarding kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys
    kernel/keys/root_maxbytes vm/overcommit_memory vm/panic_on_oom)
places=(/run/containerd /run/netns /var/lib/cni /var/lib/containerd /var/lib/kubelet /var/log/containers
    /var/log/pods)

# One line for each thing: its kind, and its name. Those that ended and were not reaped are not there.
processes() {
    local stat pid name state
    for stat in /proc/[0-9]*/stat; do
        read -r pid name state _ 2>/dev/null <"$stat" || continue
        case $name$state in
            *Z) ;;
            "(containerd"* | "(runc"* | "(plane)"* | "(pause)"* | "(kubelet)"*) echo "process $pid $name" ;;
        esac
    done
}

things() {
    local name
    awk '{ print "mount " $2 " (" $3 ")" }' /proc/self/mounts
    for name in /sys/class/net/*; do echo "link ${name##*/}"; done
    nft list tables 2>/dev/null || true
    for name in "${settings[@]}"; do echo "setting $name $(cat "/proc/sys/$name" 2>/dev/null)"; done
    for name in "${places[@]}"; do if [ -e "$name" ]; then echo "place $name $(ls -A "$name" | wc -l)"; fi; done
    find /sys/fs/cgroup -maxdepth 2 -type d -printf 'cgroup %p\n'
    lsns --noheadings --type net --output NS | sed 's/^ */network namespace /'
    processes
}

case ${1:-} in
    record) things | LC_ALL=C sort >"$2" ;;
    check)
        # Processes of somebody else may have ended meanwhile.
        difference=$(diff "$2" <(things | LC_ALL=C sort) | grep '^[<>]' | grep -v '^< process' || true)
        if [ -n "$difference" ]; then
            printf 'left behind (>) or taken away (<):\n%s\n' "$difference" >&2
            exit 1
        fi
        ;;
    *)
        echo "usage: leftovers.sh record|check FILE" >&2
        exit 2
        ;;
esac
