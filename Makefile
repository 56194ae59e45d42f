# Two commands do everything on a machine that has Python 3.11 or later, with pip and venv, and make:
#   make run     hgtui, on a terminal; elsewhere it answers the example request on stdout
#   make test    all the checks
# PYTHON chooses the interpreter, VENV the folder of the environment, PYTEST_ARGS what pytest is told, WORKERS how many run.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
# Many tests wait for child processes, sockets and frames: four at a time are faster than two, on two cores too.
WORKERS ?= -n 4 --dist worksteal
SHELL := /bin/sh
BIN := $(VENV)/bin
SAMPLES := hgtui/samples
EXAMPLE := Read the text in $(SAMPLES)/page.png, tell me what language it is in, and summarize $(SAMPLES)/notes.txt

# Without byte-code every start takes two to three times as long.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.NOTPARALLEL:
.PHONY: help run test bench screenshots clean

help:
	@sed -n '2,4s/^#   \{0,1\}//p' Makefile
	@echo "make bench   speed and memory, as a table"
	@echo "make screenshots   the pictures in screenshots/, anew"
	@echo "make clean   take away the environment, the caches and what was built"

run:
	@sh .ci/environment "$(VENV)" "$(PYTHON)" run '.[embedded,speech]'
	@if [ -t 0 ] && [ -t 1 ]; then exec "$(BIN)/hgtui"; else exec "$(BIN)/hgtui" run "$(EXAMPLE)" --yes; fi

test:
	@sh .ci/environment "$(VENV)" "$(PYTHON)" test '.[test]'
	@failed=; \
	check() { name=$$1; shift; echo "== $$name"; "$$@" || failed="$$failed $$name"; }; \
	check ruff "$(BIN)/ruff" check .; \
	check ruff-format "$(BIN)/ruff" format --check .; \
	check mypy "$(BIN)/mypy"; \
	check import-linter "$(BIN)/lint-imports" --no-logo; \
	check pytest "$(BIN)/python" -m pytest $(WORKERS) $(PYTEST_ARGS); \
	if [ -n "$$failed" ]; then echo "failed:$$failed"; exit 1; fi

bench:
	@sh .ci/environment "$(VENV)" "$(PYTHON)" test '.[test]'
	@set -e; for file in benchmarks/[!_]*.py; do "$(BIN)/python" -m "benchmarks.$$(basename "$$file" .py)"; done

screenshots:
	@sh .ci/environment "$(VENV)" "$(PYTHON)" test '.[test]'
	@"$(BIN)/python" -m tests.ui.pictures screenshots

clean:
	@sh .ci/environment "$(VENV)" clean
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find hgtui tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
