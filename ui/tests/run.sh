#!/usr/bin/env bash
# The web UI: its types, its logic, and the built program driven through it by a real Chromium (Debian's). Pictures of each
# screen in both themes and two sizes come to ui/screens/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

chromium="${CHROMIUM:-/usr/bin/chromium}"
if [ ! -x "$chromium" ]; then
  echo "Installing Chromium …"
  root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-color-emoji >/dev/null
fi

npx tsc --noEmit
npx vitest run --reporter=dot
node --test --test-concurrency=1 --test-reporter=spec tests/*.test.mjs
