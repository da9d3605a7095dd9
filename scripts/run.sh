#!/usr/bin/env bash
# `make run`: builds the program as `make build` does and starts it with demo data.
# The program itself prints its address, a key and a first call to try.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

listen="${LISTEN:-127.0.0.1:8080}"
data="${DATA:-./data/demo}"

scripts/build.sh
exec "${CARGO_TARGET_DIR:-target}/release/recado" serve --demo --data-dir "$data" --listen "$listen"
