#!/bin/sh
# Installs the Debian packages of scripts/debian.txt that are missing or too old: all of them, or with
# the argument `build` those only that the programs are built with.
set -eu
wanted=${1:-all}
cd "$(dirname "$0")"

missing() {
    grep -v '^#' debian.txt | while read -r name oldest use; do
        [ "$wanted" = build ] && [ "$use" = tests ] && continue
        have=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$name" 2>/dev/null || true)
        case $have in
            "installed "*) dpkg --compare-versions "${have#installed }" ge "$oldest" || echo "$name" ;;
            *) echo "$name" ;;
        esac
    done
}

names=$(missing)
[ -z "$names" ] && exit 0
echo "installing: $(echo $names)"
if [ "$(id -u)" != 0 ]; then
    echo "not root; run: sudo apt-get install $(echo $names)" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $names >/dev/null
names=$(missing)
if [ -n "$names" ]; then
    echo "still missing or too old: $(echo $names)" >&2
    exit 1
fi
