# smew: everything by one word. `make run` and `make test` need nothing installed beforehand but make itself.
SHELL := /bin/bash
BUILD := build/release
JOBS ?= $(shell nproc)
# One compiler cache for every build directory and checkout: paths below the checkout count as relative.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: help setup deps configure build run stop test test-unit test-e2e asan tsan fuzz bench bench-bombs bench-capture lint format docs clean

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 22

setup: ## Install missing system packages (Debian 12, Ubuntu) and fetch the pinned downloads
	@scripts/install-packages build
	@scripts/fetch-deps

configure: setup
	@[ -f $(BUILD)/build.ninja ] || cmake --preset release > /dev/null

build: configure ## Build build/release/smew
	@ninja -C $(BUILD) -j $(JOBS) smew

run: build ## Start smew with the sample project and print the psql line
	@scripts/run-demo

stop: ## Stop what `make run` started
	@scripts/run-demo --stop

test: ## Everything: unit, protocol, SQL, end to end
	@scripts/install-packages build test
	@scripts/fetch-deps test
	@scripts/test

test-unit: configure ## Unit and protocol tests only
	@ninja -C $(BUILD) -j $(JOBS) all && ctest --test-dir $(BUILD) --output-on-failure

test-e2e: build ## End-to-end tests only; ARGS are pytest's
	@scripts/install-packages test
	@scripts/pytest $(ARGS)

asan tsan: setup ## Unit tests under AddressSanitizer and UBSan, or ThreadSanitizer
	@cmake --preset $@ > /dev/null && ninja -C build/$@ -j $(JOBS) all && ctest --test-dir build/$@ --output-on-failure

fuzz: setup ## Fuzz each target for FUZZ_SECONDS (60)
	@scripts/fuzz

bench: build ## Compare with PostgreSQL and in-process DuckDB; writes docs/benchmarks.md
	@scripts/install-packages test
	@scripts/bench

bench-capture: configure ## What error monitoring costs the thread that fails
	@ninja -C build/release -j $(JOBS) capture_cost && build/release/tests/bench/capture_cost

bench-bombs: build ## What a neighbour feels of statements that want too much
	@scripts/bench-bombs

lint: configure ## clang-format over all, clang-tidy over what the last commit changed
	@scripts/install-packages lint && scripts/fetch-deps test && scripts/lint

format: ## Format all sources
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

docs: build ## Write the generated reference pages again
	@$(BUILD)/smew settings-doc > docs/settings.md

clean: ## Remove what was built (not what was downloaded)
	@rm -rf build
