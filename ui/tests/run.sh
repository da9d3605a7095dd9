#!/usr/bin/env bash
# The web UI: its types, its logic, and the built program driven through it by a real Chromium (Debian's). Pictures of each
# screen in both themes and two sizes come to ui/screens/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

../tests/browser/chromium.sh
npx tsc --noEmit
npx vitest run --reporter=dot
node --test --test-concurrency=1 --test-reporter=spec tests/*.test.mjs
