#!/bin/sh
# Pin the packages, with hashes, naming no package index: a site's, the trial's, the tests'. What is pinned stays
# unless a new version is asked for: `deploy/lock.sh --upgrade`. Needs uv; `make lock` brings it.
set -eu
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-build --no-strip-extras \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile pyproject.toml "$@" --group build --output-file deploy/requirements.txt
compile pyproject.toml "$@" --group build --group demo --output-file deploy/requirements-demo.txt
compile pyproject.toml "$@" --group build --group demo --group test --group lint --output-file deploy/requirements-test.txt
compile "$@" --group pyproject.toml:audit --constraint deploy/requirements-test.txt --output-file deploy/requirements-audit.txt
