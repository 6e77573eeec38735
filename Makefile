# run · test · check · bench: each sets up what it needs, from nothing but Python 3.11+, make and a C library.
# What is set up, and when it is skipped, is in .ci/prepare.py.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PREPARE = $(or $(PYTHON),$(error Python 3.11 or newer is needed: install one, or name it with `make PYTHON=...`)) .ci/prepare.py
PY = .venv/bin/python
NODE = PATH="$$PATH:$(CURDIR)/.venv/bin"

.PHONY: run test check check-nginx bench reading mutants generate locks clean

run: ## The whole city on this machine; Ctrl-C stops it
	@$(PREPARE) runtime h5
	@exec $(PY) -m backend.sandbox

test: ## Every test, browsers included, shared by two processes
	@$(PREPARE) dev h5 browser $(and $(CI),nginx)
	@$(PY) -m pytest -n 2

check: ## Linters, types, import contracts, the pages' linters and types, and that what is generated is fresh
	@$(PREPARE) dev node-modules shell-modules
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	cd h5 && $(NODE) npm run --silent typecheck
	cd h5 && $(NODE) npm run --silent lint
	cd miniprogram_stub && $(NODE) npm run --silent typecheck
	cd h5 && $(NODE) npx --no-install openapi-typescript openapi.json --default-non-nullable false --output src/api/schema.ts --check
	$(PY) -m pytest --durations=0 --durations-min=5 tests/structure

check-nginx: ## The sample nginx file in a real nginx on the loopback (by apt where there is none, which starts it)
	@$(PREPARE) dev h5 nginx
	@$(PY) -m pytest -m nginx

bench: ## Journeys a second, each endpoint against a bare handler, and the nightly proof's time and memory
	@$(PREPARE) dev h5
	@$(PY) -m tests.bench
	@$(PY) -m tests.bench.proof

reading: ## How well drawn photos are read, then what 500 waiting ones do to the web (half an hour on a quiet machine)
	@$(PREPARE) dev h5
	@$(PY) -m tests.bench.reading
	@$(PY) -m tests.bench.reading_queue

bench-coach: ## The phone's capture coach: its time for 12 megapixels, its catches and false alarms on drawn photos (an hour)
	@$(PREPARE) dev h5 browser
	@$(PY) -m tests.bench.coach

mutants: ## How many changes of the law's code the tests notice, and the changes that they do not (half an hour)
	@$(PREPARE) dev
	@rm -rf mutants
	@.venv/bin/mutmut run > mutants.log || (tail -n 20 mutants.log; exit 1)
	@.venv/bin/mutmut results
	@tail -c 80 mutants.log
	@rm -rf mutants mutants.log

generate: ## Everything that is generated, anew: the API's document, the pages' types, the tables of states and problems
	@$(PREPARE) dev node-modules
	$(PY) -m backend.cli openapi h5/openapi.json
	cd h5 && $(NODE) npm run --silent generate
	$(PY) -m backend.cli states docs/case-states.md
	$(PY) -m backend.cli problems docs/problems.md

locks: ## The lock files, after a change in pyproject.toml
	@$(PREPARE) dev
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --extra dev -o requirements-dev.lock
	$(LOCK) --group pyproject.toml:node --no-annotate -o requirements-node.lock
	$(LOCK) --group pyproject.toml:installer --no-annotate -o requirements-uv.lock

LOCK = .venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header

clean: ## What was installed and built; the city's data in var/ stays
	rm -rf .venv h5/node_modules h5/dist miniprogram_stub/node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis
