# Two commands are all it takes: `make demo` and `make test`. ARGS="…" is passed on.
.PHONY: demo test lint format bench faults requirements help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done || true)
RUN = .venv/bin/

help:
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

demo: ready ## everything on this machine, with pretend providers and customers
	@SAFARICHAT_FOLLOW_PARENT=1 exec $(RUN)safarichat demo $(ARGS)

test: ready-test ## the whole suite, with a real database and browser
	@exec $(RUN)pytest $(ARGS)

lint: ready-test ## style, types, floors
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy
	$(RUN)lint-imports
	$(RUN)djlint --lint --quiet src

format: ready-test ## put the code in its usual form
	$(RUN)ruff check --fix .
	$(RUN)ruff format .

bench: ready ## the benchmarks, as JSON lines: make bench ARGS="ingest"
	@exec $(RUN)safarichat bench $(ARGS)

faults: ready-test ## the fault drills with 10,000 messages each, figures printed
	@FAULT_MESSAGES=$${FAULT_MESSAGES:-10000} exec $(RUN)pytest -q tests/faults $(ARGS)

requirements: ready-test ## pin again, with hashes (needs uv)
	for name in requirements requirements-build requirements-dev; do \
	  uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --no-emit-index-url -o $$name.txt $$name.in || exit 1; done

.PHONY: ready ready-test
ready:
	@$(if $(PYTHON),,echo "SafariChat needs Python 3.11 or newer; none was found. On Debian: apt-get install -y python3 python3-venv" >&2; exit 1)
	@$(PYTHON) tools/prepare.py run

ready-test:
	@$(if $(PYTHON),,echo "SafariChat needs Python 3.11 or newer; none was found. On Debian: apt-get install -y python3 python3-venv" >&2; exit 1)
	@$(PYTHON) tools/prepare.py test
