#!/usr/bin/env bash
# Says in plain words what is missing or too old to build Recado, all at once, and exits 1; silent when nothing is. Node.js it
# installs where Debian has one that is new enough (scripts/node.sh).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted="$(sed -n 's/^rust-version = "\([0-9.]*\)"$/\1/p' Cargo.toml)"
missing=0

complain() {
  missing=1
  printf '%s\n' "$@" >&2
}

# $1 is at least $2, both like 1.95 or 1.95.0
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

if ! command -v cargo >/dev/null || ! command -v rustc >/dev/null; then
  complain "Rust is missing. Install it with rustup (https://rustup.rs), then open a new shell:" \
    "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
else
  have="$(rustc --version | cut -d ' ' -f 2)"
  if ! at_least "$have" "$wanted"; then
    complain "Rust $have is too old, Recado needs $wanted or newer:" "  rustup update stable"
  fi
fi

if ! command -v cc >/dev/null; then
  complain "A C compiler is missing (the embedded database is built from C):" \
    "  Debian, Ubuntu: sudo apt-get install build-essential" \
    "  Fedora:         sudo dnf install gcc" \
    "  macOS:          xcode-select --install"
fi

scripts/node.sh || missing=1

exit "$missing"
