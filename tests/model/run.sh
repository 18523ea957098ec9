#!/bin/bash
# Checks membership.pml: run.sh exhaustive | mutants | bitstate [NAME] plays what runs.txt names and
# prints one line each; run.sh show MUTANT tells the shortest counterexample, once it was caught.
# JOBS runs go side by side, each within 2 GiB; MINUTES bounds a bitstate run.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$here/../../build/model
export JOBS=${JOBS:-2} MINUTES=${MINUTES:-10}

DEPTH=2000  # no trace may be longer: that would be an error of pan
MEMORY=2000 # MiB
BITS=33     # of the table of a bitstate run: 1 GiB

# The rest of the line of runs.txt that begins with the two words.
line_of() {
	awk -v kind="$1" -v name="$2" '$1 == kind && $2 == name {$1 = $2 = ""; print; exit}' \
		"$here/runs.txt"
}
names_of() { awk -v kind="$1" '$1 == kind {print $2}' "$here/runs.txt"; }

# Makes the verifier of a run in a folder of its own, and prints the folder.
build() { # name, compiler's options, definitions
	local folder=$work/$1 options=$2 definitions=()
	shift 2
	definitions=("${@/#/-D}")
	rm -rf "$folder"
	mkdir -p "$folder"
	cd "$folder"
	printf '%s\n' "${definitions[*]}" >definitions
	cp "$here"/*.pml .
	spin -a "${definitions[@]}" membership.pml >spin.txt
	# shellcheck disable=SC2086
	gcc -O2 -w -DSAFETY -DNOREDUCE -DMEMLIM=$MEMORY $options -o pan pan.c
}

states() { awk '/states, stored/ {print $1}' out; }
depth() { sed -n 's/.*depth reached \([0-9]*\),.*/\1/p' out; }
violated() { sed -n 's/.*assertion violated \([a-z_]*\).*/\1/p' out | head -n 1; }
seconds() { awk '/elapsed time/ {print $4}' out; }

# Prints the line of a run and fails unless its result is the wanted one.
line() { # name, result, wanted
	printf '%-20s %11s states  depth %3s  %7s s  %s\n' \
		"$1" "$(states)" "$(depth)" "$(seconds)" "$2"
	[[ $2 == $3 ]] || { printf '%s: see %s\n' "$1" "$PWD/out" >&2 && return 1; }
}

# What a run without a mutant came to.
result() {
	if [[ -n $(violated) ]]; then
		printf 'violated: %s' "$(violated)"
	elif ! grep -q 'errors: 0' out || grep -qE '^error: max|MEMLIM bound|out of memory' out; then
		printf 'did not finish'
	else
		printf 'holds'
	fi
}

exhaustive() {
	# shellcheck disable=SC2046
	build "$1" "" $(line_of exhaustive "$1")
	./pan -m$DEPTH >out 2>&1 || true
	line "$1" "$(result)" holds
}

# The run that a mutant breaks, and what it does.
mutant_run() { line_of mutant "$1" | awk '{print $1}'; }
mutant_what() { line_of mutant "$1" | sed 's/^ *[^ ]* *//'; }

# Breadth first: the counterexample is a shortest one.
mutants() {
	local result=survives broken=("MUTANT=${1%-*}")
	[[ $1 != *-* ]] || broken+=("ONLY=${1#*-}")
	# shellcheck disable=SC2046
	build "mutant-$1" -DBFS $(line_of exhaustive "$(mutant_run "$1")") "${broken[@]}"
	./pan -m$DEPTH >out 2>&1 || true
	[[ -z $(violated) ]] || result="caught: $(violated)"
	line "mutant $1" "$result ($(mutant_what "$1"))" 'caught: *'
}

bitstate() {
	local factor
	# shellcheck disable=SC2046
	build "$1" -DBITSTATE $(line_of bitstate "$1")
	./pan -m$DEPTH -w$BITS -k3 "-Q$MINUTES" >out 2>&1 || true
	factor=$(sed -n 's/.*hash factor: \([0-9.]*\).*/\1/p' out)
	line "$1" "$(result), hash factor $factor, $(bound)" 'holds, *'
}

bound() {
	if grep -q 'Search not completed' out; then
		printf 'stopped after %s min' "$MINUTES"
	else
		printf 'to the end'
	fi
}

show() {
	cd "$work/mutant-$1"
	# shellcheck disable=SC2046
	spin -t $(cat definitions) membership.pml
}

# Every name of a kind, JOBS at a time. The results of runs come as they end.
all() { names_of "$2" | xargs -P "$JOBS" -I '{}' "$here/run.sh" "$1" '{}'; }

versions() {
	spin -V
	gcc --version | head -n 1
	printf 'JOBS=%s MINUTES=%s\n' "$JOBS" "$MINUTES"
}

case ${1-} in
versions) versions ;;
exhaustive | bitstate) if [[ -n ${2-} ]]; then "$1" "$2"; else all "$1" "$1"; fi ;;
mutants) if [[ -n ${2-} ]]; then mutants "$2"; else all mutants mutant; fi ;;
show) show "$2" ;;
*)
	echo "usage: run.sh exhaustive | mutants | bitstate [NAME] | show MUTANT | versions" >&2
	exit 2
	;;
esac
