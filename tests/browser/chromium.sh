#!/usr/bin/env bash
# Debian's Chromium, where there is none yet, and the packages that drive it. For both browser suites.
set -euo pipefail
ui="$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../ui")"

if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  echo "   installing Chromium" >&2
  root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  packages=(chromium fonts-dejavu-core fonts-noto-color-emoji)
  install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}")
  "${root[@]}" "${install[@]}" >/dev/null 2>&1 || { "${root[@]}" apt-get update -qq && "${root[@]}" "${install[@]}" >/dev/null; }
fi
if ! cmp -s "$ui/package-lock.json" "$ui/node_modules/.recado-lock"; then
  npm --prefix "$ui" ci --no-audit --no-fund --loglevel=error
  cp "$ui/package-lock.json" "$ui/node_modules/.recado-lock"
fi
