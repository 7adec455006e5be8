# The commands of this project. `make demo` and `make test` set themselves up from nothing; see scripts/bootstrap.sh.
.DEFAULT_GOAL := help
.PHONY: help demo test check soak bench bench-fuzz kill-matrix fuzz image image-card lock clean setup setup-dev system-packages

BIN := .venv/bin
SHOW := printf '\n== %s\n'

## FAULT=name   demo: run against the miniature portal that has this one defect
FAULT ?=
## PORT=number  demo: port of the provider on loopback (default: any free one)
PORT ?=
## LANG_UI=fr   demo: language of what is shown, fr or en
LANG_UI ?=
## FUZZ_SECONDS=n  fuzz: how long each target runs (default: 30)
FUZZ_SECONDS ?=
## WORKERS=n    check, test: processes that share the tests (default: 2)
WORKERS ?= 2
## ARGS=...     demo, bench: anything else for the command line
ARGS ?=

PYTEST = $(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p; s/^## /      /p' $(MAKEFILE_LIST)

setup:
	@scripts/bootstrap.sh runtime

setup-dev:
	@scripts/bootstrap.sh dev

system-packages:
	@scripts/system-packages.sh browser || echo "make: going on without a browser; its test will be skipped." >&2
	@scripts/system-packages.sh pcsc screen firefox || echo "make: going on without PC/SC, a screen or Firefox; their tests will be skipped." >&2
	@scripts/system-packages.sh apache node || echo "make: going on without apache2 or node; their portals' tests will be skipped." >&2
	@scripts/system-packages.sh redis || echo "make: going on without a Redis server; its tests will be skipped." >&2
	@scripts/npm-portals.sh || echo "make: going on without npm packages; their portals' tests will be skipped." >&2
	@scripts/system-packages.sh containers || echo "make: going on without a container engine; its tests will be skipped." >&2
	@scripts/system-packages.sh podman || echo "make: going on without Podman; its tests will be skipped." >&2
	@scripts/pyscard.sh || echo "make: going on without pyscard; its tests will be skipped." >&2

demo: setup ## the provider, a portal and the suite; says where the report is
	@$(BIN)/psc-conformance demo $(if $(FAULT),--fault $(FAULT)) $(if $(PORT),--port $(PORT)) $(if $(LANG_UI),--lang $(LANG_UI)) $(ARGS)

check: setup-dev ## the fast loop: format, lint, types, layers, unit and house tests
	@$(SHOW) "format and lint" && $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(SHOW) "types" && $(BIN)/mypy
	@$(SHOW) "layers" && $(BIN)/lint-imports
	@$(SHOW) "unit and house tests" && $(PYTEST) -m "not integration and not browser and not pcsc and not container"

test: export PSC_SCREENSHOTS ?= $(CURDIR)/build/screenshots
test: setup-dev system-packages ## everything CI runs: lint, types, layers, all tests
	@$(SHOW) "format and lint" && $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(SHOW) "types" && $(BIN)/mypy
	@$(SHOW) "layers" && $(BIN)/lint-imports
	@$(SHOW) "all tests" && $(PYTEST)

bench: setup ## measured times on this machine (no threshold)
	@$(BIN)/psc-conformance bench $(ARGS)

fuzz: setup-dev ## our parsers against arbitrary bytes, guided by coverage (FUZZ_SECONDS=30 a target)
	@scripts/fuzz.sh $(FUZZ_SECONDS)

kill-matrix: setup-dev ## every scenario against every miniature portal; goes on where it was stopped (REACH=--near: the likely ones; REACH="--only 'psc.life.*'": new ones); writes docs/kill-matrix.md
	@$(BIN)/python -m tests.house.kill_matrix $(REACH)

soak: setup-dev ## the suite twenty times idle and twenty times beside programs that take every processor
	@$(BIN)/python -m tests.soak

bench-fuzz: setup-dev ## how soon fuzzing finds each seeded defect, with ten seeds; takes long, goes on where it was stopped (ARGS="--seeds 3 --target flow")
	@$(BIN)/python scripts/bench_fuzz.py $(ARGS)

image: setup-dev ## the container image, from a wheel built here
	@scripts/image.sh psc

image-card: setup-dev ## the same with a PC/SC service and the card in it; fetches Debian packages
	@scripts/image.sh card

lock: ## resolve requirements.lock and requirements-dev.lock again
	@scripts/lock.sh

clean: ## what builds and runs leave (not .venv)
	@rm -rf build dist wheelhouse reports report psc-report .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
