#!/usr/bin/env bash
# The signatures of webhooks, verified by the libraries of Standard Webhooks in Python and in JavaScript.
#
#   tests/webhooks/run.sh     with target/debug/recado, the packages of target/venv and of target/node-webhooks
#   RECADO_BINARY=…           another program
set -euo pipefail
here="$(realpath "$(dirname "${BASH_SOURCE[0]}")")"
root="$(realpath "$here/../..")"
target="$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")"
binary="$(realpath "${RECADO_BINARY:-$target/debug/recado}")"
packages="$target/node-webhooks"
if [ -x "$target/venv/bin/python" ]; then PATH="$target/venv/bin:$PATH"; fi

if ! cmp -s "$here/package-lock.json" "$packages/package-lock.json" || [ ! -d "$packages/node_modules" ]; then
  mkdir -p "$packages"
  cp "$here/package.json" "$here/package-lock.json" "$packages/"
  npm ci --silent --no-audit --no-fund --prefix "$packages"
fi
cp "$here/verify.mjs" "$packages/"

scratch="$(mktemp -d)"
server=
finish() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap finish EXIT

unset RECADO_DATABASE_URL RECADO_DATA_DIR RECADO_CONFIG RECADO_RATE_LIMIT
"$binary" init --data-dir "$scratch/data" --organization "Firmas" --country CL --owner-email ana@example.com \
  --owner-password "una clave larga" --json >"$scratch/init.json"
"$binary" serve --data-dir "$scratch/data" --listen 127.0.0.1:0 --log warn --webhooks-allow 127.0.0.0/8 \
  >"$scratch/address" 2>"$scratch/log" &
server=$!
for _ in $(seq 100); do
  grep -q http:// "$scratch/address" && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
RECADO_URL="$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$scratch/address" | head -n 1)"
if [ -z "$RECADO_URL" ]; then
  cat "$scratch/address" "$scratch/log" >&2
  exit 1
fi
RECADO_KEY="$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["api_key"])' "$scratch/init.json")"
export RECADO_URL RECADO_KEY
PYTHONDONTWRITEBYTECODE=1 timeout 180 python "$here/receive.py" >"$scratch/received" || { cat "$scratch/log" >&2; exit 1; }
timeout 60 node "$packages/verify.mjs" <"$scratch/received"
