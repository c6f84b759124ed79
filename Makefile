.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 22

setup:  ## makes .venv and checks the system libraries (instant once done)
	@scripts/setup

setup-tests: setup
	@scripts/setup-tests

statements: setup  ## the sample: April to August 2004 by command line, September by Airflow
	@$(BIN)/python scripts/statements.py

airflow: setup  ## Airflow with its UI on the sample site, at loopback only
	@$(BIN)/python scripts/start_airflow.py

lint: setup  ## style of Python and SQL, and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/sqlfluff lint --processes 2 sql
	$(BIN)/mypy

format: setup  ## mends what ruff and sqlfluff can mend by themselves
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/sqlfluff fix --processes 2 sql

# A half-year through a real Airflow takes longer than ten minutes beside other tests: HALF_YEAR is left out here.
HALF_YEAR = tests/dags/test_half_year.py

test: setup-tests lint  ## lint, types and all tests but the half-year of test-airflow
	$(BIN)/python -m pytest -n 2 --dist loadgroup --ignore $(HALF_YEAR)
	@$(BIN)/python -m benchmarks.guard

test-airflow: setup-tests  ## a half-year through a real Airflow on PostgreSQL, faults and UI included
	$(BIN)/python -m pytest -n 0 $(HALF_YEAR) tests/delivery/test_deliver_statements.py

SIZE ?= 1000000
N ?= 20

IN = $(if $(FOLDER),--folder $(FOLDER))

bench: setup  ## a month of SIZE=1000000 episodes beside the floor and peers (PEERS=0: none; TURNS= times; FOLDER= where)
	@$(BIN)/python -m benchmarks.month --size $(SIZE) $(if $(PEERS),--peers $(filter-out 0,$(PEERS))) $(if $(TURNS),--turns $(TURNS)) $(IN)

bench-year: setup  ## a year that grows month by month; SIZE= episodes of the whole year
	@$(BIN)/python -m benchmarks.year --size $(SIZE) $(IN)

bench-commissioners: setup  ## N=20 commissioners one after the other, and several at a time
	@$(BIN)/python -m benchmarks.commissioners --commissioners $(N)

bench-airflow: setup  ## the sample's month by pbc run, by dag.test() and by a scheduler
	@$(BIN)/python -m benchmarks.airflow_cost

bench-land: setup  ## landing against loading as text; SIZE=0.1 for a tenth of the records
	@$(BIN)/python -m benchmarks.land --size $(if $(filter file,$(origin SIZE)),1,$(SIZE))

bench-render: setup  ## rendering 200 practices against bare WeasyPrint calls
	@$(BIN)/python -m benchmarks.render --practices 200

EPISODES ?= 3000000

bench-price: setup  ## spells and prices beside landing; EPISODES=300000 for a quick look
	@$(BIN)/python -m benchmarks.price --episodes $(EPISODES)

backtest: setup  ## the forecast against what came of it, on simulated practices: errors and coverage
	@$(BIN)/python -m benchmarks.backtest

lock: setup  ## resolves requirements.lock anew from pyproject.toml
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile pyproject.toml --group dev \
	    --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	    --quiet --output-file requirements.lock

clean:  ## removes the environment, the sample site and all caches
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup setup-tests statements airflow lint format test test-airflow bench bench-year bench-commissioners bench-airflow bench-land bench-render bench-price backtest lock clean
