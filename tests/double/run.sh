#!/usr/bin/env bash
# Recado against a double of WhatsApp's Cloud API that others made (crabline, of npm; it says Node 22, and runs on 20).
#
#   tests/double/run.sh       with target/debug/recado, the packages of target/node-double
#   RECADO_BINARY=…           another program
set -euo pipefail
here="$(realpath "$(dirname "${BASH_SOURCE[0]}")")"
root="$(realpath "$here/../..")"
target="$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")"
binary="$(realpath "${RECADO_BINARY:-$target/debug/recado}")"
packages="$target/node-double"
if [ -x "$target/venv/bin/python" ]; then PATH="$target/venv/bin:$PATH"; fi

if ! cmp -s "$here/package-lock.json" "$packages/package-lock.json" || [ ! -d "$packages/node_modules" ]; then
  mkdir -p "$packages"
  cp "$here/package.json" "$here/package-lock.json" "$packages/"
  npm ci --silent --no-audit --no-fund --ignore-scripts --prefix "$packages"
fi
cp "$here/double.mjs" "$packages/"

scratch="$(mktemp -d)"
running=()
finish() {
  for process in "${running[@]}"; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap finish EXIT

# The address that the file of a started process has, once it has one.
address_in() {
  for _ in $(seq 200); do
    sed -n 's/.*\(http:\/\/[0-9.]*:[0-9]*\).*/\1/p' "$1" | head -n 1 | grep . && return
    sleep 0.1
  done
  cat "$scratch"/*.log >&2
  return 1
}

DOUBLE_TOKEN=a-token-of-ours DOUBLE_RECORD="$scratch/record.jsonl"
node "$packages/double.mjs" 200000000000001 "$DOUBLE_TOKEN" 15550001000 "$DOUBLE_RECORD" >"$scratch/double" 2>"$scratch/double.log" &
running+=($!)
unset RECADO_DATABASE_URL RECADO_DATA_DIR RECADO_CONFIG RECADO_RATE_LIMIT RECADO_WHATSAPP_CALLS
"$binary" init --data-dir "$scratch/data" --organization "Doble" --country CL --owner-email ana@example.com \
  --owner-password "una clave larga" --json >"$scratch/init.json"
"$binary" serve --data-dir "$scratch/data" --listen 127.0.0.1:0 --log warn --outbound-allow 127.0.0.0/8 \
  >"$scratch/recado" 2>"$scratch/recado.log" &
running+=($!)
DOUBLE_URL="$(address_in "$scratch/double")"
RECADO_URL="$(address_in "$scratch/recado")"
RECADO_KEY="$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["api_key"])' "$scratch/init.json")"
export RECADO_URL RECADO_KEY DOUBLE_URL DOUBLE_TOKEN DOUBLE_RECORD
PYTHONDONTWRITEBYTECODE=1 timeout 180 python3 "$here/drive.py" || { cat "$scratch/recado.log" "$scratch/double.log" >&2; exit 1; }
