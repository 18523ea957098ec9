#!/bin/bash
# The form of commit messages: `area: imperative summary` within 50 columns, an empty line, a body.
set -u
cd "$(dirname "$0")/../.."
git rev-parse -q --verify HEAD >/dev/null || exit 0
bad=0
for commit in $(git rev-list --no-merges HEAD); do
    message=$(git log -1 --format=%B "$commit")
    subject=$(head -n 1 <<<"$message")
    [ ${#subject} -le 50 ] || { echo "${commit:0:10}: subject of ${#subject} columns, allowed are 50: $subject"; bad=1; }
    [[ $subject =~ ^[a-z][a-z0-9/,-]*:\ [a-z0-9] ]] || { echo "${commit:0:10}: not 'area: summary': $subject"; bad=1; }
    [ -z "$(sed -n 2p <<<"$message")" ] || { echo "${commit:0:10}: the second line is not empty"; bad=1; }
    [ -n "$(sed -n 3p <<<"$message")" ] || { echo "${commit:0:10}: no body"; bad=1; }
    long=$(awk 'length($0) > 100' <<<"$message" | head -n 1)
    [ -z "$long" ] || { echo "${commit:0:10}: a line over 100 columns"; bad=1; }
done
exit $bad
