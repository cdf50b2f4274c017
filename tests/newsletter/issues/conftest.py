"""The operator's commands, on the test's own site."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from carrel.services import Services
from carrel.settings import environment_name
from website.cli import carrel

Run = Callable[..., Result]


@pytest.fixture
def run(post: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`carrel digest …`, with the settings of a site that can send."""
    settings = post.settings
    monkeypatch.delenv("CARREL_TEST_POSTGRES", raising=False)  # the tests' own, and no setting
    for field in ("home", "base_url", "database_url", "mail_from", "postal_address"):
        monkeypatch.setenv(environment_name(field), str(getattr(settings, field)))
    monkeypatch.setenv("CARREL_SECRET_KEYS", settings.secret_keys[0].get_secret_value())
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(carrel, ["digest", *arguments])
