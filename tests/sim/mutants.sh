#!/bin/bash
# Breaks the machines on purpose, one rule at a time, and shows that the simulator sees it.
#
#   mutants.sh [NUMBER...]     which of tests/sim/mutants.txt; none = all
#
# A mutant is four lines: its number and what is broken; a file and the function in it; a piece of a
# line with "- " before it that is in that function exactly once; what stands there instead, with
# "+ ". Each is built from a copy: the tree is not touched. The environment, which `make mutants`
# sets: COMPILE, LINK and LIBS (commands), OUT (folder), JOBS, SCHEDULES (at most).
# The machines are built without their own assertions: the judge is on trial, not they.
set -u
cd "$(dirname "$0")/../.." || exit 1
table=tests/sim/mutants.txt
machines="agent/member.c agent/member_follow.c agent/member_leave.c"
machines+=" agent/lead.c agent/lead_blame.c agent/lead_form.c agent/lead_leave.c"
object_of() { echo "$OUT/whole/$(echo "$1" | tr / -).o"; }

# mutate FILE FUNCTION OLD NEW: the mutated file on standard output; 1 when OLD is not there once.
mutate() {
    OLD=$3 NEW=$4 awk -v name="$2" '
        $0 ~ "(^|[ *(])" name "[(,)]" && /^[^ ].*[^;]$/ || $0 ~ "^(static )?[A-Z_]*HANDLER\\(" name "\\)$" { inside = 1 }
        /^}/ { inside = 0 }
        inside && (place = index($0, ENVIRON["OLD"])) {
            found++
            $0 = substr($0, 1, place - 1) ENVIRON["NEW"] substr($0, place + length(ENVIRON["OLD"]))
        }
        { print }
        END { exit found != 1 }' "$1"
}

# build FOLDER FILE: links a simulator with the mutated copy in the folder. The other machines are
# those of OUT/whole.
build() {
    local objects="$1/mutant.o" machine
    for machine in $machines; do
        [ "$machine" = "$2" ] || objects+=" $(object_of "$machine")"
    done
    $COMPILE "$1/mutant.c" -o "$1/mutant.o" && $LINK $objects $LIBS -o "$1/sim"
}

# try NUMBER TEXT FILE FUNCTION OLD NEW
try() {
    local folder="$OUT/$1" output code
    mkdir -p "$folder"
    if ! mutate "$3" "$4" "$5" "$6" >"$folder/mutant.c"; then
        echo "$1 $2: its line is not in $4 of $3 exactly once"
        return 1
    fi
    build "$folder" "$3" || { echo "$1 $2: does not build"; return 1; }
    output=$(timeout 300 "$folder/sim" --schedules "$SCHEDULES" 2>&1)
    code=$?
    rm -f "$folder/sim"
    case $code in
        0) echo "$1 $2: NOT CAUGHT in $SCHEDULES schedules"; return 1 ;;
        1) echo "$1 $2: caught, $(echo "$output" | sed -n 's/.*spares) //p')" ;;
        124) echo "$1 $2: NOT CAUGHT, hangs"; return 1 ;;
        *) echo "$1 $2: caught by signal $((code - 128))" ;;
    esac
}

mkdir -p "$OUT/whole"
for machine in $machines; do
    $COMPILE "$machine" -o "$(object_of "$machine")" || exit 1
done
bad=0
chosen=" $* "
while read -r number text; do
    read -r file function
    read -r old
    read -r new
    [ $# = 0 ] || [[ $chosen == *" $number "* ]] || continue
    while [ "$(jobs -r | wc -l)" -ge "$JOBS" ]; do wait -n || bad=1; done
    try "$number" "$text" "$file" "$function" "${old#- }" "${new#+ }" &
done < <(grep -v -e '^#' -e '^$' "$table")
while [ "$(jobs -p | wc -l)" -gt 0 ]; do wait -n || bad=1; jobs >/dev/null; done
exit $bad
