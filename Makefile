# Carrel. `make help` lists what can be done.
PYTHON ?= python3
CARREL = .venv/bin/carrel
PYTEST = .venv/bin/python -m pytest
WORKERS ?= $(shell nproc)
SBOM ?= dist/carrel.cdx.json
SUITE ?= bookworm
DATABASE ?= postgresql
ROUNDS ?= 5

.DEFAULT_GOAL := help
.PHONY: help run test quick pythons lint types layers floors check coverage bench faults test-stripe mutants pictures lock lock-upgrade lock-check going-live image release clean

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install-demo ## Set everything up and run the site, its worker, a test Stripe and a mailbox (PORT=8000)
	@exec $(CARREL) demo

.PHONY: install-demo install-packages install-test
install-demo:
	@$(PYTHON) deploy/install.py demo

install-packages:
	@$(PYTHON) deploy/install.py test

install-test: install-packages
	@.venv/bin/python deploy/test_tools.py

quick: install-packages ## The everyday tests, in a few minutes: on SQLite, with no browser, faults, sweeps or slow tools
	@$(PYTEST) -n $(WORKERS) --dist loadgroup -m "not postgres and not browser and not faults and not outside and not sweep"; \
	  status=$$?; \
	  echo "Left out: what PostgreSQL does (postgres), Chromium (browser), processes that are killed, starved or"; \
	  echo "stopped (faults), others' slow tools (outside), walks over everything (sweep). Before a change lands: make test"; exit $$status

test: install-test ## Set everything up and run all tests, on SQLite and PostgreSQL, the browser's too
	$(PYTEST) -n $(WORKERS) --dist loadgroup

pythons: install-packages ## Run the quick tests under Python 3.13 in a Debian of its own (as root, with debootstrap)
	WORKERS=$(WORKERS) .venv/bin/python -m tests.going_live.pythons

lint: install-test ## Look for mistakes and bad style
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: install-test ## Check the types, strictly
	.venv/bin/mypy

layers: install-test ## Check that nothing imports upward
	PYTHONPATH=site:. .venv/bin/lint-imports

floors: layers

check: lint types layers test ## Everything that must be true before a change lands

.PHONY: going-live
going-live: install-test ## Go live on a bare Debian with the document's own commands (root and debootstrap; SUITE=trixie; takes minutes)
	PYTHONPATH=site:. .venv/bin/python -m tests.going_live --suite $(SUITE) --database $(DATABASE)

.PHONY: image
image: install-test ## Build the image over a bare Debian and serve from it (root, debootstrap and buildah; takes minutes)
	PYTHONPATH=site:. .venv/bin/python -m tests.going_live.image

.PHONY: compose
compose: install-test ## Bring up both compose files with a Docker in a bare Debian (root and debootstrap; takes minutes)
	PYTHONPATH=site:. .venv/bin/python -m tests.going_live.compose

coverage: install-test ## Which branches the tests take: the total, and the files covered least (takes minutes)
	$(PYTEST) -n $(WORKERS) --dist loadgroup -m "not browser and not faults" --cov --cov-report=
	.venv/bin/python -m coverage report --sort=cover --skip-covered

bench: install-test ## Print every figure next to a reference (takes long; ONLY="server page" for some, ROUNDS=3)
	PYTHONPATH=site:. ROUNDS=$(ROUNDS) .venv/bin/python -m tests.benchmarks $(ONLY)

faults: install-test ## Run the fault suites with their full counts (takes long)
	CARREL_FULL_FAULTS=1 $(PYTEST) -n $(WORKERS) --dist loadgroup -m faults

.PHONY: cluster
cluster: install-test ## Two machines with all that they share, hurt in every way: 10,000 digests, and each fault (takes minutes)
	CARREL_FULL_FAULTS=1 $(PYTEST) -n 0 -v -rP tests/cluster

test-stripe: stripe-key install-test ## The contract tests against Stripe itself: STRIPE_SECRET_KEY=sk_test_… make test-stripe
	CARREL_REAL_STRIPE=1 $(PYTEST) tests/payments/contract

pictures: install-test ## Take the docs' pictures again: the whole walk, and every slot
	CARREL_PICTURES=docs/images $(PYTEST) -q tests/browser/test_walk.py tests/browser/test_slots.py -k "walk or place"

.PHONY: interop
interop: install-test ## Import our files into the programs that they are for: a real Anki (brings it along, 30 MB)
	@.venv/bin/python -m pip install --quiet --require-hashes -r deploy/requirements-interop.txt
	CARREL_INTEROP=1 $(PYTEST) -n 0 -v tests/interop

.PHONY: mails
mails: install-test ## Write the raw mails of tests/mails/snapshots again
	CARREL_KEEP_MAILS=1 $(PYTEST) -q -n 0 tests/mails/test_snapshots.py

.PHONY: stripe-key
stripe-key:
	@case "$$STRIPE_SECRET_KEY" in sk_test_?*|rk_test_?*) ;; *) \
	  echo "STRIPE_SECRET_KEY=sk_test_… is needed: a key of Stripe's test mode. A live key is never used." >&2; exit 2;; esac

mutants: install-test ## Break every guard on purpose and see that the tests notice (takes minutes)
	.venv/bin/python -m tests.mutation

.PHONY: sbom audit
sbom: install-test ## Write dist/carrel.cdx.json: every package that a site runs on (CycloneDX, checked against its schema)
	@mkdir -p $(dir $(SBOM))
	@PYTHONWARNINGS=ignore .venv/bin/cyclonedx-py requirements deploy/requirements.txt --pyproject pyproject.toml \
	  --short-PURLs --output-reproducible --of JSON --output-file $(SBOM)
	@echo $(SBOM)

audit: install-test ## Ask for known vulnerabilities of the pinned packages (status 1: some; 3: could not be asked)
	@.venv/bin/python -m pip install --quiet --require-hashes -r deploy/requirements-audit.txt
	@.venv/bin/python deploy/audit.py

lock: install-packages ## Pin what pyproject.toml asks for, with hashes; what is pinned already stays
	.venv/bin/python -m pip install --quiet uv
	PATH=.venv/bin:$$PATH deploy/lock.sh $(LOCK)

lock-upgrade: ## Pin the newest version of every package (docs/releasing.md says what to run after)
	@$(MAKE) --no-print-directory lock LOCK=--upgrade

lock-check: ## Install the locks into new environments with the oldest pip and the newest (takes minutes)
	$(PYTHON) deploy/lock_check.py

release: install-packages ## Build the wheel of a release into dist/, if version, changelog and tree agree (docs/releasing.md)
	@.venv/bin/python deploy/build_release.py

clean: ## Remove what was installed and built (var/ stays: it is your data)
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage
