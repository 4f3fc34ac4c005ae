# make help says what there is. Works with GNU make 3.81, which macOS has.

PYTHON ?= python3
VENV := .venv/bin
# Test processes: as many as there are cores, but no more than four.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 4 ] && n=4; echo $$n)

.PHONY: help run test check format lock llama clean setup setup-dev
.DEFAULT_GOAL := help

help: ## show this
	@echo "Saseo / 사서"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PYTHON=python3.12 and TORCH_INDEX=... choose the Python and where PyTorch comes from."

run: setup ## install what is missing, then open the chat on the sample handbook
	@$(VENV)/saseo run --sample samples/handbook

test: setup-dev llama ## install everything, build llama.cpp, run all tests
	@HF_HUB_OFFLINE=1 $(VENV)/python -m pytest -n $(WORKERS) $(ARGS)

check: setup-dev ## formatting, lint, types, direction of imports, container files
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(VENV)/mypy
	@$(VENV)/python -m pytest -q tests/test_imports.py tests/test_containers.py

format: setup-dev ## format the code and mend what ruff can mend
	@$(VENV)/ruff format .
	@$(VENV)/ruff check --fix .

llama: setup-dev ## build llama.cpp for this CPU into .venv
	@$(PYTHON) scripts/build_llama.py

# The index comes from UV_DEFAULT_INDEX and its like; no address is written into the lock.
lock: setup-dev ## write constraints.txt anew; UPGRADE=1 takes newer versions
	@printf 'editables\nhatchling>=1.27\nsetuptools>=77\n' | UV_CUSTOM_COMPILE_COMMAND="make lock" \
		$(VENV)/uv pip compile --universal --python-version 3.11 --all-extras --no-annotate --quiet \
		$(if $(UPGRADE),--upgrade) --output-file constraints.txt pyproject.toml -

clean: ## remove what tools left behind; .venv, settings and data stay
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov
	@find adapters bot knowledge scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@$(PYTHON) scripts/setup.py

setup-dev:
	@$(PYTHON) scripts/setup.py --dev
