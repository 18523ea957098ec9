#!/bin/sh
# Runs one fuzz target: PROGRAM NAME SECONDS. New inputs go to build/, never into the corpus.
set -eu
program=$1 name=$2 seconds=$3
found=build/fuzz/$name
mkdir -p "$found"
printf '  %-7s %s for %s s\n' FUZZ "$name" "$seconds"
if ! "$program" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -verbosity=0 \
    -artifact_prefix="$found/" "$found" "tests/fuzz/corpus/$name" >"$found.log" 2>&1; then
    tail -n 40 "$found.log" >&2
    echo "fuzz target $name failed; its input is below $found" >&2
    exit 1
fi
