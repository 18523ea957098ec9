#!/bin/bash
# One name, one object: no two objects of the archive ARCHIVE define the same global symbol. The
# linker would take the one that it meets first and say nothing.
set -u
archive=$1
names=$(nm --print-file-name --extern-only --defined-only "$archive") || exit 1
[ -n "$names" ] || { echo "$archive defines nothing"; exit 1; }
echo "$names" | sed -E 's/^[^:]*:([^:]*):[0-9a-f]* +/\1 /' | awk '
    $2 !~ /^[VW]$/ {
        if ($3 in object) {
            printf "%s is defined by %s and by %s\n", $3, object[$3], $1
            bad = 1
        }
        object[$3] = $1
    }
    END { exit bad }'
