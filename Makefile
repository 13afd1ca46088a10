# Every target says what it does: `make help`. CI calls nothing but these.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run train test lint eval report adapt sms sms-costs seal lock clean wording soak bench-directory browsers browser-docs

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## make the environment (Python 3.11, once)
	@test -n "$(PYTHON)" || { echo "Linden needs Python 3.11 and none was found; install it or set PYTHON." >&2; exit 2; }
	@$(PYTHON) tools/setup.py run

setup-dev:
	@test -n "$(PYTHON)" || { echo "Linden needs Python 3.11 and none was found; install it or set PYTHON." >&2; exit 2; }
	@$(PYTHON) tools/setup.py dev

browsers: ## on a machine of your own: the browsers, PostgreSQL and Redis that tests use, from Debian
	@sh tests/browser/install.sh

browser-docs: setup-dev ## measure leaving and take the pictures again: docs/leaving.md, docs/pictures
	@WRITE_DOCS=1 $(BIN)/python -m pytest -q tests/browser

run: setup ## start everything and print where it is; Ctrl-C stops it
	@exec $(BIN)/python -W ignore -m tools.run

train: setup ## build the encoder, fit the danger head and train Rasa, each only if needed
	@$(BIN)/python -W ignore -m tools.train

test: setup-dev lint ## everything CI checks: lint, types, layers, words, units, whole conversations
	@$(BIN)/python -W ignore -m tools.train
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --ignore=tests/browser
	@$(BIN)/python -m pytest -q --reruns 1 tests/browser

lint: setup-dev ## ruff, mypy, layers, yaml, rasa data validation
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/yamllint -s .
	@$(BIN)/python -W ignore -m tools.validate

eval: setup-dev ## measure understanding: make eval FILE=rows.tsv
	@$(BIN)/python -W ignore -m tools.train
	@$(BIN)/python -W ignore -m tools.evaluate $(FILE)

report: setup-dev ## write docs/understanding.md: make report FILE=rows.tsv
	@$(BIN)/python -W ignore -m tools.train
	@$(BIN)/python -W ignore -m tools.report $(FILE)

adapt: setup-dev ## adapt the encoder afresh (two hours, needs PyTorch: requirements/adapt.in); its result is committed
	@$(BIN)/python -m tools.teach
	@$(BIN)/python -m tools.adapt

bench-directory: setup ## measure look-ups with 50,000 services; DATABASE_URL measures PostgreSQL
	@$(BIN)/python -W ignore -m tools.bench_directory

sms: setup ## send a signed text to the running front door: make sms FROM=07700900123 TEXT="…"
	@FROM="$(FROM)" TEXT="$(TEXT)" $(BIN)/python -W ignore -m tools.send_sms

sms-costs: setup-dev ## measure the segments of conversations by text, and what they cost (docs/twilio.md)
	@$(BIN)/python -W ignore -m pytest -q -s tests/test_sms_costs.py

seal: ## build webhook/static/seal-hpke.js again (needs npm; nobody who runs Linden does)
	@cd tools/hpke && npm ci --ignore-scripts && npm run -s build

wording: setup-dev ## write every reply to docs/wording.md and a preview to var/wording.html, for review
	@$(BIN)/python -W ignore -m tools.wording

lock: setup-dev ## resolve the requirements afresh, everything in one go
	@cd requirements && ../$(BIN)/uv pip compile -q --python-version 3.11 --override overrides.txt --generate-hashes --no-header --no-annotate dev.in -o dev.txt
	@cd requirements && ../$(BIN)/uv pip compile -q --python-version 3.11 --override overrides.txt -c dev.txt --generate-hashes --no-header --no-annotate run.in -o run.txt
	@cd requirements && ../$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-annotate checks.in -o checks.txt

clean: ## remove what was built: the environment, models, and local data
	@rm -rf .venv models var .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: drill faults soak compare bench profile backup restore sbom audit outdated recipes

drill: setup-dev ## a weekend of a helpline with 50 requests, and what became of each promise; WRITE=1 writes docs/drill.md
	@$(BIN)/python -W ignore -m tools.train
	@$(BIN)/python -W ignore -m tools.drill $(if $(WRITE),--write)

faults: setup-dev ## break things one by one, in samples, and print how each went; WRITE=1 writes docs/faults.md
	@$(BIN)/python -W ignore -m tools.faults $(if $(WRITE),--write)

soak: setup-dev ## full counts: 20,000 fuzzed turns (TURNS=… SEED=…), then the faults (hours); writes docs/faults.md
	@$(BIN)/python -W ignore -m tools.train
	@$(BIN)/python -W ignore -m tools.soak $(or $(TURNS),20000) $(SEED)
	@$(BIN)/python -W ignore -m tools.faults --soak

compare: setup-dev ## against stock Rasa on BANKING77 and CLINC150 (hours): make compare OPEN=folder ONLY=banking10,alarms SYSTEMS=published
	@$(BIN)/python -W ignore -m tools.train
	@$(BIN)/python -W ignore -m tools.compare $(or $(OPEN),../shared/open-data) --only "$(ONLY)" --systems "$(SYSTEMS)"

bench: setup-dev ## measure speed against a stock Rasa project on the same data; prints ratios
	@$(BIN)/python -W ignore -m tools.train
	@$(BIN)/python -W ignore -m tools.bench

profile: setup-dev ## what a turn's time is spent on, by py-spy
	@$(BIN)/python -W ignore -m tools.train
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -W ignore -m tools.profile_turn

backup: setup ## copy queue, directory and master secret: make backup TO=folder
	@$(BIN)/python -W ignore -m tools.backup backup "$(TO)"

restore: setup ## put a backup back on an empty machine: make restore FROM=folder
	@$(BIN)/python -W ignore -m tools.backup restore "$(FROM)"

CHECKS = $(BIN)/uv run -q --no-project --isolated --python $(BIN)/python --with-requirements requirements/checks.txt --

sbom: setup ## write the bills of materials, CycloneDX: of the lock with its hashes, and of what is installed with its licences
	@mkdir -p var
	@$(CHECKS) python -W ignore -m cyclonedx_py requirements --validate --output-reproducible -o var/sbom.json requirements/run.txt
	@$(CHECKS) python -W ignore -m cyclonedx_py environment --validate --output-reproducible -o var/sbom-installed.json $(BIN)/python
	@echo "var/sbom.json, var/sbom-installed.json"

audit: setup ## look the lock up in the vulnerability data (needs the network; a package that cannot be looked up is a failure)
	@$(CHECKS) pip-audit --strict --disable-pip --require-hashes -r requirements/run.txt

recipes: setup ## check deploy/: Compose against its specification, Kubernetes against its schemas
	@$(CHECKS) check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yml
	@$(CHECKS) kubernetes-validate --strict --quiet $(filter-out %/kustomization.yml,$(wildcard deploy/kubernetes/*.yml))

outdated: setup-dev ## resolve afresh and say what could move
	@$(BIN)/python -W ignore -m tools.outdated
