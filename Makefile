# The commands of this project. `make` alone lists them.
#
#   make run   LISTEN=127.0.0.1:9000 DATA=./data/other     to use another address or data directory
#   make test  RECADO_TEST_POSTGRES=postgres://…           to test against a PostgreSQL of your own

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

LISTEN ?= 127.0.0.1:8080
DATA ?= ./data/demo

CARGO_DENY_VERSION := 0.20.2

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## build Recado and start it with invented demo data on http://127.0.0.1:8080
	@LISTEN=$(LISTEN) DATA=$(DATA) scripts/run.sh

.PHONY: build
build: ## build the program with everything inside: target/release/recado is all there is to install
	@scripts/build.sh

.PHONY: test
test: ## everything a change must pass; installs what it needs and is missing
	@scripts/test.sh

.PHONY: webchat
webchat: ## build the web chat's widget into webchat/dist; the next build of the program takes it in
	@scripts/webchat.sh

.PHONY: ui
ui: ## build the web UI into ui/dist; the next build of the program takes it in
	@scripts/ui.sh

.PHONY: browser
browser: ## the built program driven by a real Chromium, with pictures of each screen in ui/screens/
	@ui/tests/run.sh

.PHONY: fmt
fmt: ## format the code
	cargo fmt --all

.PHONY: openapi
openapi: ## write openapi.json anew from the code
	cargo run --quiet -p recado -- openapi > openapi.json.new
	mv openapi.json.new openapi.json

.PHONY: bench
bench: ## measure, beside the limits of this machine, and write bench/RESULTS.md
	bench/run.sh

.PHONY: audit
audit: ## licences, sources, duplicate versions and known holes of all dependencies
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny@$(CARGO_DENY_VERSION)
	cargo deny check --hide-inclusion-graph licenses bans sources
	cargo deny check --hide-inclusion-graph advisories
