"""Only `make interop` runs these tests: they need programs that others made."""

import os

from tests.articles.conftest import content, publish_now  # noqa: F401 - the folder that is published
from tests.articles.exports.conftest import write_items  # noqa: F401 - and its file

collect_ignore_glob = [] if os.environ.get("CARREL_INTEROP") else ["test_*.py"]
