.DEFAULT_GOAL := help
.PHONY: help new setup test check lint format docs golden matrix switches updates bench release tools

# uv from the environment or the PATH, or one of our own in .tools, fetched with Python's venv.
UV := $(or $(UV),$(shell command -v uv 2>/dev/null),$(CURDIR)/.tools/bin/uv)
RUN := $(UV) run --quiet --locked
WORKERS ?= auto

export UV DEST ANSWERS DEFAULTS REF VERSION FRAMEWORK SHARD JOBS CHANGED PROFILE

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

new: tools ## Make a service: DEST=../my-service [ANSWERS='-d cache=memory'] [DEFAULTS=1] [REF=v1.0.0]
	@$(UV) sync --quiet --locked --inexact --no-dev || { $(UNREACHABLE); }
	@$(RUN) --no-dev python hooks/new.py --answers="$$ANSWERS" --ref="$$REF" -- "$$DEST"

setup: tools ## Install what the template and its tests need
	@$(UV) sync --quiet --locked || { $(UNREACHABLE); }

test: setup ## Run every test of the template, and of the services it makes
	@$(RUN) pytest --numprocesses=$(WORKERS) --dist=loadgroup

check: lint test ## Format, lint, types and tests

lint: setup ## Check format, style, types, workflows and generated docs
	$(RUN) ruff format --check
	$(RUN) ruff check
	$(RUN) mypy
	$(RUN) zizmor --offline --quiet .github
	$(RUN) python docs/reference/generate.py --check

format: setup ## Put the code in shape
	$(RUN) ruff format
	$(RUN) ruff check --fix

docs: setup ## Write the question reference from copier.yml
	$(RUN) python docs/reference/generate.py

golden: setup ## Write the golden file lists from what the template renders now
	$(RUN) python -m tests.golden

matrix: setup ## Check every stack and hold it to the contract: [FRAMEWORK=fastapi] [SHARD=1/4] [JOBS=2] [CHANGED=1]
	@$(RUN) python -m tests.matrix --framework="$$FRAMEWORK" --shard="$$SHARD" \
	  --jobs="$${JOBS:-1}" --changed="$$CHANGED"

switches: setup ## Give every other answer to every stack by update; test services after an update: [FRAMEWORK=fastapi]
	@$(RUN) pytest --numprocesses=$(WORKERS) -m exhaustive tests/test_switches.py tests/test_update_history.py

updates: setup ## Update edited services of the template's earlier states, and keep the numbers
	@PYTHONPATH=template $(RUN) python -m tests.updates

bench: tools ## Compare a service with a bare application, side by side (needs wrk): [FRAMEWORK=fastapi] [PROFILE=1]
	@$(RUN) python benchmarks/run.py --framework="$${FRAMEWORK:-fastapi}" \
	  $$(test "$$PROFILE" != 1 || echo --profile)

release: setup ## Move the changelog's unreleased notes under a version, commit and tag: VERSION=1.2.0
	@$(RUN) python hooks/release.py "$$VERSION"

UNREACHABLE = echo "Error: packages could not be installed; is the package index reachable?" >&2; exit 1

tools:
	@command -v $(UV) >/dev/null || { \
	  echo "Fetching uv into .tools" >&2; \
	  python3 -m venv .tools && .tools/bin/python -m pip install --quiet --disable-pip-version-check uv; \
	} || { \
	  rm -rf .tools; \
	  echo "Error: uv could not be fetched; it needs python3 with venv, and a package index." >&2; \
	  exit 1; \
	}
