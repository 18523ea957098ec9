#!/bin/bash
# The hard limits of the page: function 70 lines and cyclomatic complexity 15, file 600 lines, line
# 100 columns. Nesting and parameters are clang-tidy's.
set -u
cd "$(dirname "$0")/../.."
bad=0
files=$(git ls-files -co --exclude-standard '*.c' '*.h' '*.cu')

while read -r complexity _ _ _ lines where function; do
    if [ "$complexity" -gt 15 ]; then
        echo "$where $function: cyclomatic complexity $complexity, allowed are 15"; bad=1
    fi
    if [ "$lines" -gt 70 ]; then
        echo "$where $function: $lines lines, allowed are 70"; bad=1
    fi
done < <(echo "$files" | grep '\.c$' | xargs pmccabe 2>/dev/null | tr ':' ' ' | tr -d '()' | awk '{print $1, $2, $3, $4, $5, $6, $NF}')

for file in $files; do
    [ -f "$file" ] || continue
    awk -v file="$file" '
        length($0) > 100 { printf "%s:%d: %d columns, allowed are 100\n", file, NR, length($0); bad = 1 }
        /[ \t]$/ { printf "%s:%d: white space at the end\n", file, NR; bad = 1 }
        END { if (NR > 600) { printf "%s: %d lines, allowed are 600\n", file, NR; bad = 1 }; exit bad }
    ' "$file" || bad=1
    case $(head -c 3 "$file") in
        "/* ") ;;
        *) echo "$file: the first line is not a comment that says what the file is for"; bad=1 ;;
    esac
done
exit $bad
