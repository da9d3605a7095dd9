#!/usr/bin/env bash
# `make build`: checks what is needed, builds the web UI, the web chat, and the release program with both inside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/prerequisites.sh
scripts/webchat.sh
scripts/ui.sh

echo "Building Recado (the first time takes some minutes) …"
cargo build --release --locked -p recado
