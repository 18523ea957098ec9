#!/bin/bash
# Lays out what is in each image: image-roots.sh PROGRAMS OUT makes OUT/NAME of each PROGRAMS/muster-NAME.
# An image has the program without its symbols, the shared libraries that it is linked to, a user, and
# the licences of all that.
set -euo pipefail
programs=$1
out=$2
lists=$(realpath "$(dirname "$0")")

# licence ROOT PACKAGE...
licence() {
    local root=$1 package
    shift
    for package in "$@"; do
        install -D -m 644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
    done
}

# The development packages, from which static libraries come, and those that they stand on.
static_packages() {
    local listed
    listed=$(awk '!/^#/ && NF == 2 && $1 ~ /^lib.*-dev$/ { print $1 }' "$lists/debian.txt")
    {
        echo "$listed"
        # shellcheck disable=SC2086 # a list of names
        dpkg-query -W -f '${Depends}\n' $listed | tr ',|' '\n\n' | sed -nE 's/^ *(lib[^ ]*-dev).*/\1/p'
    } | LC_ALL=C sort -u | while read -r package; do
        if [ -f "/usr/share/doc/$package/copyright" ]; then echo "$package"; fi
    done
}

# libraries PROGRAM: the files that it loads when it starts, its loader among them.
libraries() {
    (ldd "$1" 2>/dev/null || true) | grep -oE '/[^ ]+' || true
}

# copy ROOT FILE: below the name by which it is loaded, whatever that links to.
copy() {
    local package
    install -D -m 755 "$(realpath "$2")" "$1$2"
    package=$(dpkg-query -S "$(realpath "$2")" 2>/dev/null || dpkg-query -S "$2" 2>/dev/null)
    licence "$1" "${package%%:*}"
}

# root NAME PROGRAM PLACE
root() {
    local root=$out/$1 program=$programs/$2 place=$3 library
    rm -rf "$root"
    mkdir -p "$root/etc" "$root$(dirname "$place")"
    mkdir -m 1777 "$root/tmp"
    echo "muster:x:65532:65532::/tmp:/" >"$root/etc/passwd"
    echo "muster:x:65532:" >"$root/etc/group"
    strip -o "$root$place" "$program"
    install -D -m 644 "$lists/../LICENSE" "$root/usr/share/doc/muster/copyright"
    for library in $(libraries "$program"); do
        copy "$root" "$library"
    done
    # shellcheck disable=SC2046 # a list of names
    licence "$root" $(static_packages)
}

for program in "$programs"/muster-*; do
    name=${program##*/muster-}
    place=/usr/bin/muster-$name
    [ "$name" != agent ] || place=/muster-agent # the controller has it start, whichever image it is from
    root "$name" "muster-$name" "$place"
done
