# Every target first makes or checks the Python environment; a second time that takes no time.
# Needs python3 (3.11 or 3.12) and nothing else.

PYTHON3 ?= python3
VENV := $(or $(WELFAREPIU_VENV),.venv)
PYTHON := $(VENV)/bin/python
# The suite's own server and files, apart from those of `make run`.
TEST_DATA := $(CURDIR)/.data/test
PYTEST_ARGS ?=
# One process for each core; 0 runs all tests in one.
TEST_PROCESSES ?= logical

.PHONY: help setup run demo test engine check schema messages bench requirements clean
.DEFAULT_GOAL := help

help: ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

setup: ## make .venv and compile the translations (every other target does this first)
	@$(PYTHON3) marketplace/embedded/setup.py

run: setup ## start everything on this machine: PostgreSQL, API, worker, Stripe stand-in
	@exec $(PYTHON) -m marketplace.embedded.run

demo: setup ## one story through the API, told step by step (FLOW=steps: by Saleor's own checkout; API=https://...: elsewhere)
	@exec $(PYTHON) -m fixtures.demo $(if $(FLOW),--flow '$(FLOW)') $(if $(API),--api '$(API)')

test: setup ## every test, on the real parts (PYTEST_ARGS="tests/ledger -k lots" for some)
	@.ci/packages
	@WELFAREPIU_DATA=$(TEST_DATA) WELFAREPIU_THROWAWAY_SERVER=1 $(PYTHON) -m pytest -n $(TEST_PROCESSES) --dist loadgroup \
		$(PYTEST_ARGS)

engine: setup ## the rooms' tests on the Saleor 3.23 in SALEOR_HOME (PYTEST_ARGS as above)
	@$(PYTHON) -m tests.engine $(PYTEST_ARGS)

check: setup ## style, types, imports, uncreated migrations, schema drift
	@WELFAREPIU_DATA=$(TEST_DATA) $(PYTHON) -m marketplace.embedded.check

schema: setup ## commit to the API's schema of now (marketplace/api/schemas; `make check` compares)
	@WELFAREPIU_DATA=$(TEST_DATA) $(PYTHON) -m marketplace.embedded.check schema --write

messages: setup ## bring the code's sentences into the Italian catalogue, and list what it lacks
	@exec $(PYTHON) -m marketplace.embedded.messages

bench: setup ## measure, as ratios within one run (BENCH_ARGS="--help" says what can be chosen)
	@exec $(PYTHON) -m tests.bench $(BENCH_ARGS)

requirements: ## pin and hash requirements/*.in again (needs uv)
	@requirements/pin.sh

clean: ## remove the environment, the caches and what the tests made (never .data's database)
	@rm -rf .venv .data/test .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.data/*' -prune -exec rm -rf {} +
	@find . -name '*.mo' -not -path './.data/*' -delete
