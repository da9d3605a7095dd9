#!/usr/bin/env bash
# `make ui`: builds the web UI into ui/dist, which the next build of the program takes in. Does nothing where that is newer
# than all that it is made of. Wants Node.js, see scripts/node.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Git changes the times of what it checks out, so dependencies are compared by what the lock file says.
installed=ui/node_modules/.recado-lock
built=ui/dist/.built

if [ -e "$built" ] && cmp -s ui/package-lock.json "$installed" &&
  [ -z "$(find ui openapi.json scripts/ui.sh scripts/compress-ui.mjs -newer "$built" -type f \
    -not -path 'ui/node_modules/*' -not -path 'ui/dist/*' -not -path 'ui/tests/*' -not -path 'ui/screens/*' \
    -not -path 'ui/src/api/schema.d.ts' -print -quit)" ]; then
  exit 0
fi

scripts/node.sh
echo "Building the web UI …"
if ! cmp -s ui/package-lock.json "$installed"; then
  npm --prefix ui ci --no-audit --no-fund --loglevel=error
  cp ui/package-lock.json "$installed"
fi
# Where there was none, nothing else would tell the build of the program that there is one now.
[ -e ui/dist/index.html ] || touch crates/api/build.rs
started="$(mktemp)"
trap 'rm -f "$started"' EXIT
npm --prefix ui run --silent build
node scripts/compress-ui.mjs ui/dist
# Older than whatever was edited meanwhile.
touch -r "$started" "$built"
