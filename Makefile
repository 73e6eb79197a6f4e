# make run                 the nightly job on replicas of sites on this machine: two nights, the dataset in data/demo/dataset/
# make run INPUT=path      read a file or folder of your own into data/dataset/; OUT=folder names another dataset folder
# make test                ruff, mypy and pytest
# make search              the property tests with thousands of new examples each
# make bench               the benchmarks
# make clean               remove the virtual environment and the caches (not data/)
PYTHON ?= python3
INPUT ?=
OUT ?= data/dataset
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

.PHONY: run test search bench clean

run: .venv/installed
	@$(if $(INPUT),$(BIN)/xxgk parse "$(INPUT)" --out "$(OUT)",$(BIN)/xxgk demo)

test: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto

search: .venv/installed-test
	$(BIN)/pytest -n auto -m hypothesis --hypothesis-profile=search

bench: .venv/installed-bench
	$(BIN)/python -m benchmarks.parse
	$(BIN)/python -m benchmarks.counts
	$(BIN)/python -m benchmarks.pdf --quick
	$(BIN)/python -m benchmarks.crawl
	$(BIN)/python -m benchmarks.scale

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Each file stands for a finished installation, so that the second call is quick.
.venv/python: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("xxgk needs Python 3.11 or later; name one: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "setting up .venv (a minute or two, once)"
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/installed: .venv/python
	@$(PIP_INSTALL) --editable ".[demo,export,figures]"
	@touch $@

.venv/installed-test: .venv/python
	@$(PIP_INSTALL) --editable ".[test]"
	@touch .venv/installed $@

.venv/installed-bench: .venv/python
	@$(PIP_INSTALL) --editable ".[bench]"
	@touch .venv/installed $@
