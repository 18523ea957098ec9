#!/bin/bash
# Pure files include pure files only: no clock, no socket, no log. The list is tests/lint/pure.txt.
set -u
cd "$(dirname "$0")"
bad=0
allowed='^(assert|errno|float|inttypes|limits|math|stdarg|stdatomic|stdbool|stddef|stdint|stdio|signal|stdlib|string|sys/wait|unistd|yaml|cjson/cJSON|cjose/cjose|isa-l|openssl/(bn|ec|err|evp|pem|x509|x509v3))\.h$'
root=../..

place() {
    case $1 in
        base/* | wire/* | job/* | kube/*) echo "lib/$1" ;;
        *) echo "$1" ;;
    esac
}

while read -r file; do
    [ -z "$file" ] && continue
    for source in "$root/$file.c" "$root/$file.h"; do
        [ -f "$source" ] || continue
        while read -r name; do
            echo "$name" | grep -qE "$allowed" && continue
            stem=$(place "${name%.h}")
            grep -qx "$stem" pure.txt && continue
            echo "$file is pure and includes $name, which is not"; bad=1
        done < <(sed -nE 's/^#include ["<]([^">]+)[">].*/\1/p' "$source")
    done
    [ -f "$root/$file.c" ] || [ -f "$root/$file.h" ] || { echo "pure.txt names $file, which is not there"; bad=1; }
done < <(grep -v '^#' pure.txt)
exit $bad
