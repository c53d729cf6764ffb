# Everything a developer or a newcomer runs; bare `make` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench simulate mutants messages format clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(STAMP) ## create .venv with everything

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c constraints.txt -e '.[dev]'
	touch $@

demo: $(STAMP) ## two stand-in shops and Retour; customers buy and return
	$(BIN)/retour demo

# Each worker imports every test: what they compile is kept, whatever the machine says.
test: export PYTHONDONTWRITEBYTECODE =
test: $(STAMP) ## run the whole test suite
	$(BIN)/python -m pytest -rs -n logical --dist worksteal

check: $(STAMP) ## lint, types, direction of imports, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.docs_check

bench: $(STAMP) ## measure: webhook intake, the way to a refund, a decision's bound
	$(BIN)/python -m bench

simulate: $(STAMP) ## the seeded world at length, 200 cases over HTTP, properties
	$(BIN)/retour simulate --seed 1 --cases 20000
	$(BIN)/retour simulate --wire --seed 1 --cases 200
	$(BIN)/python -m pytest --hypothesis-profile deep -n logical tests/connector

mutants: $(STAMP) ## plant faults one at a time; each must be caught
	$(BIN)/python -m tests.mutants

messages: $(STAMP) ## gather texts and compile the translations
	$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext -k N_ -k saying -o messages.pot .
	$(BIN)/pybabel -q update -N -i messages.pot -d connector/web/translations
	$(BIN)/pybabel -q compile -d connector/web/translations
	rm messages.pot

format: $(STAMP) ## rewrite the code in the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what the other targets made
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
