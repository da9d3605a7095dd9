#!/usr/bin/env bash
# Drives the real program with Debian's Chromium: pages of another origin with the web chat.
#
#   tests/browser/run.sh [file…]    with target/debug/recado (built after scripts/webchat.sh, and scripts/ui.sh for the playground)
#   RECADO_BINARY=…                 another program
#   RECADO_SCREENSHOTS=directory    keeps pictures of what was seen
set -euo pipefail
here="$(realpath "$(dirname "${BASH_SOURCE[0]}")")"
root="$(realpath "$here/../..")"
target="$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")"
RECADO_BINARY="$(realpath "${RECADO_BINARY:-$target/debug/recado}")"
export RECADO_BINARY

"$here/chromium.sh"
unset RECADO_DATABASE_URL RECADO_DATA_DIR RECADO_CONFIG RECADO_RATE_LIMIT
cd "$here"
if [ $# -eq 0 ]; then set -- */*.test.mjs; fi
exec timeout 900 node --test --test-concurrency=1 --test-reporter=spec "$@"
