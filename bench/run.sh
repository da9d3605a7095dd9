#!/usr/bin/env bash
# `make bench`: builds the release program, measures it beside the limits of this machine, writes bench/RESULTS.md.
#
#   BENCH_SECONDS=30   longer measurements       BENCH_DIR=/mnt/disk   another disk
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# One after the other: what the load program wants of the store must not get into the program that is measured.
# What is measured is the server; its size is the one with the UI where that has been built (`make ui`).
export RECADO_WITHOUT_UI=1
cargo build --release --locked -p recado
cargo build --release --locked -p bench
target/release/bench --seconds "${BENCH_SECONDS:-8}" ${BENCH_DIR:+--directory "$BENCH_DIR"} --results bench/RESULTS.md
