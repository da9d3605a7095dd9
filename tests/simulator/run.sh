#!/usr/bin/env bash
# The simulator against pywa, a client of the Cloud API that others wrote: it sends every type through the simulator, and
# parses every webhook of the simulator, signature included. So a wrong simulator and a wrong client of ours cannot agree.
#
#   tests/simulator/run.sh                    with target/debug/recado-simulator and the packages of target/venv
#   RECADO_SIMULATOR_BINARY=…                 another program
set -euo pipefail
here="$(realpath "$(dirname "${BASH_SOURCE[0]}")")"
root="$(realpath "$here/../..")"
target="$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")"
if [ -x "$target/venv/bin/python" ]; then PATH="$target/venv/bin:$PATH"; fi
RECADO_SIMULATOR_BINARY="$(realpath "${RECADO_SIMULATOR_BINARY:-$target/debug/recado-simulator}")"
export RECADO_SIMULATOR_BINARY PYTHONDONTWRITEBYTECODE=1
timeout 120 python "$here/check.py"
