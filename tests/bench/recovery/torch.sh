#!/bin/bash
# Makes the Python of the torchrun side, .deps/torchrun, of the packages that requirements.txt names with
# their hashes. It is kept until that file changes. Minutes and 5 GB the first time.
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=tests/bench/recovery
there=.deps/torchrun

if ! cmp --silent "$here/requirements.txt" "$there/requirements.txt"; then
    echo "installing PyTorch into $there (minutes when it is the first time here)"
    rm -rf "$there"
    /usr/bin/python3 -m venv "$there"
    "$there/bin/python3" -m pip install --quiet --no-deps --require-hashes --no-cache-dir \
        --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$there/requirements.txt" # last: it is whole
fi
