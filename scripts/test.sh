#!/usr/bin/env bash
# `make test`: everything a change must pass, step by step, on a new Debian machine as well as on a desk.
# What is already there is used; what is missing is installed (Debian packages, cargo-nextest, Python packages in
# target/venv). A scratch PostgreSQL is started under target/postgres and stopped at the end.
#
#   RECADO_TEST_POSTGRES=postgres://…   tests against that server instead
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

nextest_version=0.9.128 # builds with the oldest Rust that Recado supports
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
log="$target/test-log"
mkdir -p "$log"
started=$SECONDS
step_started=$SECONDS
nextest_options=(--locked --workspace)

if [ -n "${CI:-}" ] || [ ! -t 1 ]; then
  export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never
fi
if [ -n "${CI:-}" ]; then
  nextest_options+=(--profile ci --cargo-quiet)
fi

step() {
  step_started=$SECONDS
  printf '\n== %s\n' "$*"
}

done_step() {
  printf '   done in %d s\n' "$((SECONDS - step_started))"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

debian_packages() {
  local packages=()
  command -v cc >/dev/null && command -v make >/dev/null || packages+=(build-essential)
  command -v curl >/dev/null || packages+=(curl)
  command -v jq >/dev/null || packages+=(jq)
  command -v git >/dev/null || packages+=(git)
  # Debian's Python comes without what `python3 -m venv` needs.
  python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3 python3-venv)
  if [ "${#packages[@]}" -eq 0 ]; then
    echo "   all there"
    return
  fi
  if ! command -v apt-get >/dev/null; then
    echo "   please install: ${packages[*]}" >&2
    return 1
  fi
  echo "   installing ${packages[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" \
    >"$log/apt.log" 2>&1 || { tail -n 20 "$log/apt.log" >&2; return 1; }
}

python_venv() {
  local venv="$target/venv" wanted="$target/requirements.txt"
  cat tests/{contract,simulator,webhooks}/requirements.txt >"$wanted"
  if cmp -s "$wanted" "$venv/installed-requirements.txt"; then
    echo "   up to date"
    return
  fi
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$wanted"
  "$venv/bin/pip" check --disable-pip-version-check >"$log/pip-check.log" ||
    { cat "$log/pip-check.log" >&2; return 1; }
  cp "$wanted" "$venv/installed-requirements.txt"
}

stop_postgres() {
  scripts/postgres.sh stop >"$log/postgres-stop.log" 2>&1 || cat "$log/postgres-stop.log" >&2
}

step "Rust, a C compiler, Node.js"
debian_packages
scripts/prerequisites.sh
done_step

step "cargo-nextest"
if cargo nextest --version >/dev/null 2>&1; then
  echo "   $(cargo nextest --version | head -n 1)"
else
  # Without optimisation it is there in half the time, and fast enough.
  cargo install --quiet --locked --debug "cargo-nextest@$nextest_version"
fi
done_step

step "Python packages for the tests that call the program"
python_venv
done_step

step "links and names in the documentation (tests/docs/check.py)"
python3 tests/docs/check.py
done_step

step "the web UI (scripts/ui.sh)"
scripts/ui.sh
done_step

step "the web chat (scripts/webchat.sh)"
scripts/webchat.sh
done_step

step "a scratch PostgreSQL"
if [ -n "${RECADO_TEST_POSTGRES:-}" ]; then
  echo "   using the one in RECADO_TEST_POSTGRES"
else
  trap stop_postgres EXIT
  scripts/postgres.sh start
  RECADO_TEST_POSTGRES="$(scripts/postgres.sh url)"
  export RECADO_TEST_POSTGRES
fi
done_step

step "format (cargo fmt --check)"
cargo fmt --all --check
done_step

step "lints (cargo clippy)"
cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
done_step

step "tests (cargo nextest)"
cargo nextest run "${nextest_options[@]}" 2>&1 | tee "$log/nextest.log"
done_step

step "documentation examples (cargo test --doc)"
cargo test --quiet --locked --workspace --doc 2>&1 | tee "$log/doc.log"
done_step

step "the HTTP contract (tests/contract/run.sh)"
contract=0
if [ -x tests/contract/run.sh ]; then
  cargo build --quiet --locked --workspace
  PATH="$target/venv/bin:$PATH" RECADO_BINARY="$target/debug/recado" tests/contract/run.sh
  contract=1
else
  echo "   there are none"
fi
done_step

step "the simulator against pywa (tests/simulator/run.sh)"
cargo build --quiet --locked --workspace
PATH="$target/venv/bin:$PATH" RECADO_SIMULATOR_BINARY="$target/debug/recado-simulator" tests/simulator/run.sh
done_step

step "the web UI in a browser (ui/tests/run.sh)"
RECADO_BINARY="$target/debug/recado" RECADO_SIMULATOR_BINARY="$target/debug/recado-simulator" timeout 1500 ui/tests/run.sh
done_step

step "web chat and playground in a browser (tests/browser/run.sh)"
tests/browser/run.sh
done_step

step "signatures of webhooks, by others' libraries (tests/webhooks/run.sh)"
tests/webhooks/run.sh
done_step

step "sending to others' double of the Cloud API (tests/double/run.sh)"
tests/double/run.sh
done_step

# Rust's two test runners say how many ran; the contract tests, pywa, both browser suites, the signatures and the double count as one each.
ran="$(sed -n 's/.* tests\{0,1\} run: \([0-9]*\) passed.*/\1/p' "$log/nextest.log" | tail -n 1)"
documented="$(sed -n 's/^test result: ok\. \([0-9]*\) passed.*/\1/p' "$log/doc.log" | awk '{ n += $1 } END { print n + 0 }')"
printf '\nEverything passed in %d min %d s.\n' "$(((SECONDS - started) / 60))" "$(((SECONDS - started) % 60))"
printf '%d passed, 0 failed\n' "$((ran + documented + contract + 5))"
