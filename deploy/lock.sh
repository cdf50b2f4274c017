#!/bin/sh
# Pin what runs and what tests, with hashes, naming no package index. Needs uv; `make lock` brings it.
set -eu
cd "$(dirname "$0")/.."
pins="--quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-header --no-annotate"
uv pip compile $pins pyproject.toml --group build --output-file deploy/requirements.txt
uv pip compile $pins pyproject.toml --group build --group test --group lint --output-file deploy/requirements-test.txt
