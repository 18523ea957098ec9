#!/bin/sh
# The demonstration: four workers learn to read digits; on the way one rank is killed, and later a
# whole agent with its keeper and its rank. Everything is below build/demo, which is made anew.
set -eu
bin=$1
work=build/demo

rm -rf "$work"
mkdir -p "$work/data"
echo "making 60000 images of synthetic digits below $work/data"
"$bin/muster-trainer" data digits --output "$work/data/train" --count 50000 --seed 1 >/dev/null
"$bin/muster-trainer" data digits --output "$work/data/validation" --count 10000 --seed 2 >/dev/null
"$bin/muster" run --directory "$work" --set spec.training.epochs=10 \
	--faults rank:2@20s,slot:1@40s --result "$work/result.json" examples/digits.yaml
echo "the same as JSON: $work/result.json"
