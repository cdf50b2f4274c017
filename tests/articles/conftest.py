"""A small content folder, and a publisher over it."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from articles.publish import PublishReport, publish
from carrel.db import Database
from carrel.settings import Settings
from tests.support.articles import article_md, exam_toml, write_files


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """One exam with two articles, and one page."""
    return write_files(
        tmp_path / "content",
        {
            "cpb/exam.toml": exam_toml(),
            "cpb/clean-claims.md": article_md(
                "Clean claims", domain="claims", topics="[clean-claims]", order="1"
            ),
            "cpb/medicare-basics.md": article_md("Medicare basics", topics="[medicare]", order="2"),
            "pages/about.md": '---\ntitle: "About"\n---\n\nWho we are.\n',
        },
    )


@pytest.fixture
def publish_now(settings: Settings, db: Database, content: Path) -> Callable[..., PublishReport]:
    """Publish the content folder as it is."""
    our_settings = settings.model_copy(update={"content": content})

    def run(**options: object) -> PublishReport:
        return publish(our_settings, db, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def image() -> bytes:
    """A small PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 6), "navy").save(stream, "PNG")
    return stream.getvalue()
