# Everything a developer does here, one target each; `make help` lists them.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check --quiet

# The stamp carries the interpreter's version: another PYTHON gets a fresh environment, the same one installs nothing twice.
VERSION  := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
CREATED  := $(VENV)/created-$(VERSION)
RUN_DEPS := $(VENV)/installed-run
DEV_DEPS := $(VENV)/installed-dev

# Who judges the dependencies shares none of them.
SUPPLY            := build/supply
SUPPLY_DEPS       := $(SUPPLY)/installed
SBOM              := build/orders-$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml).cdx.json
KUBERNETES        := deploy/kubernetes
KUBERNETES_VERSION := 1.34

UV_VERSION := 0.13.8
UV         := build/lock/bin/uv
COMPILE     = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
              --custom-compile-command 'make lock' $(LOCK_FLAGS)

BENCH_SECONDS ?= 5

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test coverage proofs faults clients bench bench-check bench-events check check-supply image-check format models reference mutations zoo lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The last line replaces its shell by the service, so a signal sent to it, or to make, stops the service cleanly.
run: export ENVIRONMENT ?= development
run: export HOST ?= 127.0.0.1
run: export DRAIN_SECONDS ?= 0
run: $(RUN_DEPS) ## install, migrate and serve; honours PORT, HOST, DATABASE_URL, JWT_SECRET_KEY, ...
	@$(BIN)/orders migrate
	@exec $(BIN)/orders serve

test: ## run every test; ARGS='-k name' runs some
coverage: ## run every test and measure the branches that they take, in build/coverage; half as long again
coverage: COUNTED := --cov --cov-report=html
test coverage: $(DEV_DEPS)
	$(BIN)/python -m pytest -m 'not proof and not fault and not clients and not image' --numprocesses 2 --dist loadgroup $(COUNTED) $(ARGS)

proofs: $(DEV_DEPS) ## prove by kills, outages and frozen leaders that no event is lost; prints the figures
	$(BIN)/python -m pytest -m proof $(ARGS)

faults: $(DEV_DEPS) ## kill, freeze, fill and flood a running service, which must hold; prints the figures
	$(BIN)/python -m pytest -m fault $(ARGS)

clients: $(DEV_DEPS) ## make clients of the contracts in each language that is here, and let each tell its story
	$(BIN)/python -m pytest -m clients --numprocesses 2 --dist loadgroup $(ARGS)

bench: $(DEV_DEPS) ## measure side by side; BENCH_SECONDS=2 is short, BENCH_ONLY='create get' a part
	$(BIN)/python -m bench --seconds $(BENCH_SECONDS) --only $(BENCH_ONLY)

bench-check: $(DEV_DEPS) ## measure create, get and update, and compare their ratios with bench/budget.json
	$(BIN)/python -m bench --seconds $(BENCH_SECONDS) --only create get update
	$(BIN)/python -m bench.check

bench-events: $(DEV_DEPS) ## measure commit to delivery on SQLite, and the relay's throughput on PostgreSQL
	$(BIN)/python -m bench.commit_to_delivery
	$(BIN)/python -m bench.relay_throughput

check: $(DEV_DEPS) ## lint, format, types, generated models, validity of the contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/service-standard models --check
	$(BIN)/service-standard models --check examples/payments
	$(BIN)/service-standard check examples/payments
	$(BIN)/python -m openapi_spec_validator openapi/orders.yaml examples/payments/openapi/payments.yaml

check-supply: $(SUPPLY_DEPS) ## write the SBOM, ask whether a dependency has a known weakness, validate what deploys the image
	$(SUPPLY)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(SUPPLY)/bin/kubernetes-validate --strict --kubernetes-version $(KUBERNETES_VERSION) \
	  $(filter-out %/kustomization.yaml,$(wildcard $(KUBERNETES)/*.yaml))
	$(SUPPLY)/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
	  --output-file $(SBOM) requirements.txt
	@$(SUPPLY)/bin/python scripts/audit.py $(SUPPLY)/bin/pip-audit --disable-pip --require-hashes --progress-spinner off \
	  $(AUDIT_FLAGS) --requirement requirements.txt

image-check: $(DEV_DEPS) ## build the image without an engine, run it and all of docker-compose.yml; needs root and Debian
	$(BIN)/python -m pytest -m image $(ARGS)

format: $(DEV_DEPS) ## rewrite the sources as the linter wants them
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

models: $(DEV_DEPS) ## write the models from the contracts
	$(BIN)/service-standard models
	$(BIN)/service-standard models examples/payments

reference: $(DEV_DEPS) ## write docs/reference from the code and the contracts
	$(BIN)/python -m tests.reference.write

mutations: $(DEV_DEPS) ## change one fact of a contract at a time: behaviour follows or the start is refused
	$(BIN)/python -m tests.contract.mutations

zoo: $(DEV_DEPS) ## plant each fault that the checker knows: found by its own rule, and by no other
	$(BIN)/python -m tests.checker.zoo

lock: $(UV) ## resolve the dependencies anew, with hashes; LOCK_FLAGS=--upgrade takes the newest
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	  | $(COMPILE) --output-file requirements-build.txt -
	$(COMPILE) --output-file requirements.txt pyproject.toml
	$(COMPILE) --constraints requirements.txt --extra dev --extra checker --extra models --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --output-file clients/python/requirements.txt clients/python/requirements.in
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["supply"], sep="\n")' \
	  | $(COMPILE) --output-file requirements-supply.txt -

clean: ## remove the environment and everything that was made, but no database
	rm -rf $(VENV) build .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(CREATED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed; name one: make PYTHON=python3.13 ...' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUN_DEPS): $(CREATED) requirements-build.txt requirements.txt pyproject.toml
	$(PIP) install --require-hashes --requirement requirements-build.txt --requirement requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_DEPS): $(RUN_DEPS) requirements-dev.txt
	$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

$(SUPPLY_DEPS): $(CREATED) requirements-supply.txt
	$(PYTHON) -m venv --clear $(SUPPLY)
	$(SUPPLY)/bin/pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements-supply.txt
	@touch $@

$(UV):
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/pip install --disable-pip-version-check --quiet uv==$(UV_VERSION)
