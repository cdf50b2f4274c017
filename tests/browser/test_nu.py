"""Every kind of page is correct HTML, by the W3C's own checker (vnu.jar, fetched from its npm package)."""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from carrel.http import cookies
from tests.browser.conftest import Office
from tests.browser.test_admin import pages as operators_pages
from tests.browser.test_pages import PAGES
from tests.support.live import LiveSite

# The checker runs for seconds: compiling it well takes longer than that; and less compiled, it needs a larger stack.
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss4m", "-jar"]
# Properties of CSS Anchor Positioning, which the checker does not know yet; `@supports` stands around them.
UNKNOWN_TO_NU = ("position-area", "position-try-fallbacks")


@pytest.fixture(scope="session")
def checker() -> Path:
    """The checker's jar, kept beside Python's packages. Java and npm are wanted, but are no condition for other tests."""
    if not (shutil.which("java") and shutil.which("npm")):
        pytest.skip("java and npm are needed for the Nu checker")
    folder = Path(os.environ.get("VNU_FOLDER", Path(sys.prefix) / "vnu"))
    folder.mkdir(exist_ok=True)
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


def test_a11y_01_nu_finds_no_error_on_any_kind_of_page(
    checker: Path, site: LiveSite, office: Office, tmp_path: Path
) -> None:
    desk, token, _ = office
    cookie = f"{cookies.OPERATOR.base_name}={token}"
    asked = [(site.url, path, "") for path in PAGES]
    asked += [(desk.url, path, cookie) for path in operators_pages(office)]
    for number, (where, path, sent) in enumerate(asked):
        (tmp_path / f"{number}.html").write_bytes(_get(where + path, sent))
    command = [*JAVA, str(checker), "--format", "json", "--skip-non-html", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    messages = json.loads(done.stderr)["messages"]
    assert [
        (asked[int(Path(each["url"]).stem)][1], each["message"], each.get("extract"))
        for each in messages
        if each["type"] != "info" and not any(f"“{name}”" in each["message"] for name in UNKNOWN_TO_NU)
    ] == []


def _get(url: str, cookie: str) -> bytes:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie})) as answer:
            body = answer.read()
    except urllib.error.HTTPError as wrong:
        body = wrong.read()
        wrong.close()
    assert isinstance(body, bytes)
    return body
