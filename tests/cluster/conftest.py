"""Everything in this folder starts a whole site on several machines, and hurts it. `make cluster` runs it whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carrel.s3_server import S3
from tests.cluster.redis_server import skip_without_redis
from tests.cluster.site import ClusterSite, running_cluster
from tests.support.postgres import find_binaries

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark it so. One process runs it all (`SHARED` in tests/hooks.py): the site is dear."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="module")
def cluster(s3_server: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterSite]:
    """Two machines: each with a web server and a cluster worker, over one PostgreSQL, Redis, bucket and nginx."""
    skip_without_redis()
    if find_binaries() is None:
        pytest.skip("PostgreSQL's programs are not installed")
    bucket = S3(s3_server.endpoint, s3_server.folder / "cluster")
    bucket.folder.mkdir()
    with running_cluster(tmp_path_factory.mktemp("cluster"), bucket) as site:
        yield site
