#!/usr/bin/env bash
# The server against its own OpenAPI document: schemathesis makes requests up, good ones and bad ones, and every answer
# must be one that the document has: no 5xx, no undocumented status, media type, header or shape. One worker: requests come
# in the same order each time.
#
#   tests/contract/run.sh            with target/debug/recado and the packages of target/venv
# The live stream is left out: it has no end.
#
#   RECADO_BINARY=…                  another program
#   RECADO_CONTRACT_SECONDS=900      longer than the usual three minutes
#   RECADO_CONTRACT_SEED=7           other requests than the usual ones
set -euo pipefail
here="$(realpath "$(dirname "${BASH_SOURCE[0]}")")"
root="$(realpath "$here/../..")"
target="$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")"
binary="$(realpath "${RECADO_BINARY:-$target/debug/recado}")"
seconds="${RECADO_CONTRACT_SECONDS:-180}"
seed="${RECADO_CONTRACT_SEED:-1}"
if [ -x "$target/venv/bin/schemathesis" ]; then PATH="$target/venv/bin:$PATH"; fi

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

# An address of an environment that this run was started from must not lead it to anybody's data.
unset RECADO_DATABASE_URL RECADO_DATA_DIR RECADO_CONFIG RECADO_RATE_LIMIT
"$binary" init --data-dir "$scratch/data" --organization "Contrato" --country CL --owner-email ana@example.com \
  --owner-password "una clave larga" --json >"$scratch/init.json"
"$binary" serve --data-dir "$scratch/data" --listen 127.0.0.1:0 --log warn --event-rate-limit 1000000/s \
  --whatsapp-calls false \
  --webhooks-allow 127.0.0.0/8 \
  >"$scratch/address" 2>"$scratch/log" &
server=$!
for _ in $(seq 100); do
  grep -q http:// "$scratch/address" && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
url="$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$scratch/address" | head -n 1)"
if [ -z "$url" ]; then
  cat "$scratch/address" "$scratch/log" >&2
  exit 1
fi

RECADO_URL="$url" python "$here/prepare.py" "$scratch/init.json" >"$scratch/ids.json"
key="$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["api_key"])' "$scratch/init.json")"

# What it keeps for its next run would make this one depend on the last.
cd "$scratch"
failed=0
RECADO_IDS="$scratch/ids.json" SCHEMATHESIS_HOOKS=hooks PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1 \
  timeout "$((seconds + 60))" schemathesis --config-file "$here/schemathesis.toml" run "$url/openapi.json" --url "$url" \
  --header "x-api-key: $key" --seed "$seed" --max-time "$seconds" --phases examples,coverage,fuzzing \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
  --exclude-path /api/v1/events/stream --continue-on-failure --no-shrink --workers 1 >"$scratch/report" 2>&1 || failed=$?
grep -v '^$' "$scratch/report" | tail -n "$([ "$failed" = 0 ] && echo 60 || echo 400)"

# A defect shows in the log, too, whatever was answered.
if grep -E 'ERROR|panicked' "$scratch/log" >"$scratch/defects"; then
  echo "The server's log has defects:" >&2
  sort "$scratch/defects" | uniq -c | sort -rn | head -n 20 >&2
  failed=1
fi
kill -0 "$server" 2>/dev/null || { echo "the server ended by itself" >&2; failed=1; }
exit "$failed"
