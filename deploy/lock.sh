#!/bin/sh
# Pin the packages, with hashes, naming no package index: a site's, a cluster's, the trial's, the tests'. What is pinned stays
# unless a new version is asked for: `deploy/lock.sh --upgrade`. Needs uv; `make lock` brings it.
# All are wheels but feedgen, which has none: it is built with what requirements-build.txt pins.
set -eu
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
    --only-binary :all: --no-binary feedgen --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile pyproject.toml "$@" --extra cluster --group build --group demo --group test --group lint --output-file deploy/requirements-test.txt
# The others agree with what is tested.
tested="--constraint deploy/requirements-test.txt"
compile $tested --group pyproject.toml:build --output-file deploy/requirements-build.txt
compile $tested pyproject.toml --group build --output-file deploy/requirements.txt
compile $tested pyproject.toml --group build --group demo --output-file deploy/requirements-demo.txt
compile $tested pyproject.toml --extra cluster --group build --output-file deploy/requirements-cluster.txt
compile $tested "$@" --group pyproject.toml:audit --output-file deploy/requirements-audit.txt
compile $tested "$@" --group pyproject.toml:interop --output-file deploy/requirements-interop.txt
