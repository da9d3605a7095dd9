#!/usr/bin/env bash
# Sees to the Node.js that the web UI and the web chat are built with: installs Debian's where there is none and that one is
# new enough, else says what to do and exits 1. Silent where all is well.
set -euo pipefail

wanted="version 20.19 or newer (of 22: 22.12 or newer), with npm"

# $1 like 20.19.2. What Vite runs on.
new_enough() {
  local major minor
  IFS=. read -r major minor _ <<<"$1"
  ((major > 22 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19)))
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

complain() {
  printf '%s\n' "$1 The web UI and the web chat are built with it: install $wanted:" \
    "  https://nodejs.org/en/download" >&2
  exit 1
}

# The version that Debian would install, or nothing.
debians() {
  apt-cache policy nodejs | sed -n 's/^ *Candidate: \([0-9.]*\).*$/\1/p'
}

if command -v node >/dev/null && command -v npm >/dev/null; then
  have="$(node --version)"
  new_enough "${have#v}" || complain "Node.js ${have#v} is too old."
  exit 0
fi

command -v node >/dev/null && complain "Node.js is here without npm."
command -v apt-get >/dev/null || complain "Node.js is missing."
as_root apt-get update -qq || complain "Node.js is missing."
candidate="$(debians)"
new_enough "${candidate:-0.0}" || complain "Node.js is missing, and this system's own (${candidate:-none}) is too old."
echo "Installing Node.js $candidate …"
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null ||
  complain "Node.js is missing."
