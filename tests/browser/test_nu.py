"""Every kind of page is correct HTML, by the W3C's own checker (vnu.jar, fetched from its npm package)."""

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser.test_pages import PAGES
from tests.support.live import LiveSite


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checker's jar. Java and npm are wanted, but are no condition for the other tests."""
    if not (shutil.which("java") and shutil.which("npm")):
        pytest.skip("java and npm are needed for the Nu checker")
    folder = Path(os.environ.get("VNU_FOLDER", tmp_path_factory.mktemp("vnu")))
    jar = folder / "node_modules/vnu-jar/build/dist/vnu.jar"
    if not jar.exists():
        subprocess.run(
            ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "vnu-jar@26"],
            cwd=folder,
            check=False,
            capture_output=True,
            timeout=300,
        )
    if not jar.exists():
        pytest.skip("the Nu checker could not be installed")
    return jar


def test_a11y_01_nu_finds_no_error_on_any_kind_of_page(checker: Path, site: LiveSite, tmp_path: Path) -> None:
    for number, path in enumerate(PAGES):
        (tmp_path / f"{number}.html").write_bytes(_get(site.url + path))
    command = ["java", "-jar", str(checker), "--format", "json", "--skip-non-html", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    messages = json.loads(done.stderr)["messages"]
    assert [
        (PAGES[int(Path(each["url"]).stem)], each["message"], each.get("extract"))
        for each in messages
        if each["type"] != "info"
    ] == []


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url) as answer:
            body = answer.read()
    except urllib.error.HTTPError as wrong:
        body = wrong.read()
        wrong.close()
    assert isinstance(body, bytes)
    return body
