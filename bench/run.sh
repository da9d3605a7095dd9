#!/usr/bin/env bash
# `make bench`: builds the release program, measures it beside the limits of this machine, writes bench/RESULTS.md.
#
#   BENCH_SECONDS=30   longer measurements       BENCH_DIR=/mnt/disk   another disk
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo build --release --locked -p recado -p bench
target/release/bench --seconds "${BENCH_SECONDS:-8}" ${BENCH_DIR:+--directory "$BENCH_DIR"} --results bench/RESULTS.md
