#!/usr/bin/env bash
# `make run`: checks what is needed, builds the web UI and the release binary, starts it with demo data.
# The program itself prints its address, a key and a first call to try.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

listen="${LISTEN:-127.0.0.1:8080}"
data="${DATA:-./data/demo}"

scripts/prerequisites.sh
scripts/webchat.sh
scripts/ui.sh

echo "Building Recado (the first time takes some minutes) …"
cargo build --release --locked -p recado

exec "${CARGO_TARGET_DIR:-target}/release/recado" serve --demo --data-dir "$data" --listen "$listen"
