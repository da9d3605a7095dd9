#!/usr/bin/env bash
# `make webchat`: builds the web chat's widget into webchat/dist, which the next build of the program takes in. Does nothing where
# that is newer than all that it is made of. Wants Node.js, see scripts/node.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Git changes the times of what it checks out, so dependencies are compared by what the lock file says.
installed=webchat/node_modules/.recado-lock
built=webchat/dist/.built

if [ -e "$built" ] && cmp -s webchat/package-lock.json "$installed" &&
  [ -z "$(find webchat scripts/webchat.sh -newer "$built" -type f -not -path 'webchat/node_modules/*' \
    -not -path 'webchat/dist/*' -print -quit)" ]; then
  exit 0
fi

scripts/node.sh
echo "Building the web chat …"
if ! cmp -s webchat/package-lock.json "$installed"; then
  npm --prefix webchat ci --no-audit --no-fund --loglevel=error
  cp webchat/package-lock.json "$installed"
fi
# Where there was none, nothing else would tell the build of the program that there is one now.
[ -e webchat/dist/webchat.js ] || touch crates/api/build.rs
started="$(mktemp)"
trap 'rm -f "$started"' EXIT
npm --prefix webchat run --silent build
# Older than whatever was edited meanwhile.
touch -r "$started" "$built"
