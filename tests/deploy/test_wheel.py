"""The wheel alone makes a site: begun, published and served from an empty folder, without the checkout."""

import os
import socket
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.site import until

pytestmark = pytest.mark.outside
ROOT = Path(__file__).parents[2]
PACKAGES = {
    "site/carrel": "carrel",
    "site/website": "website",
    "articles": "articles",
    "payments": "payments",
    "newsletter": "newsletter",
}
LEFT_OUT = ("website/demo/", "website/templates/demo/", "articles/content/")
IMPORT_ALL = """
import importlib, pkgutil, articles, carrel, newsletter, payments, website
for package in (articles, carrel, newsletter, payments, website):
    assert "site-packages" in package.__path__[0], package.__path__
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.startswith(("website.__main__", "website.migrations.")):  # these run when imported
            importlib.import_module(module.name)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a release builds it, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel, and of the test's own the packages, not the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    python = folder / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*pip, str(wheel)], check=True)
    packages = next(folder.glob("lib/python3*/site-packages"))
    (packages / "of_the_tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


@pytest.fixture
def site(installed: Path, tmp_path: Path) -> Path:
    """A folder that `carrel init` made."""
    done = carrel(installed, tmp_path, "init", "my-site")
    assert done.returncode == 0, done.stderr
    return tmp_path / "my-site"


def carrel(installed: Path, folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [installed / "carrel", *words],
        cwd=folder,
        env=own_environ(**environ),
        capture_output=True,
        text=True,
        check=False,
    )


def own_environ(**more: str) -> dict[str, str]:
    """An environment in which nothing leads to the checkout."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | more


def test_it_has_every_template_static_file_and_migration_and_leaves_out_the_demo(wheel: Path) -> None:
    names = {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, package in PACKAGES.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert {name for name in names if not name.startswith(LEFT_OUT)} == inside
    assert {name.partition("/")[0] for name in inside} == set(PACKAGES.values())
    for needed in ("templates/base.html", "static/js/theme.js", "migrations/versions/0001_first_release.py"):
        assert f"website/{needed}" in inside


def test_every_module_is_there_without_the_demo(installed: Path, tmp_path: Path) -> None:
    subprocess.run([installed / "python", "-c", IMPORT_ALL], cwd=tmp_path, env=own_environ(), check=True)


@pytest.mark.parametrize("words", [["demo"], ["--demo", "doctor"]])
def test_the_demo_says_in_one_sentence_where_it_is(installed: Path, tmp_path: Path, words: list[str]) -> None:
    done = carrel(installed, tmp_path, *words)
    assert done.returncode == 2
    assert "part of Carrel's source checkout" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def served(installed: Path, site: Path) -> Iterator[str]:
    """The address of the site that was begun, published and started with the wheel."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    for words in (["check"], ["migrate"], ["publish"]):
        done = carrel(installed, site, *words)
        assert done.returncode == 0, done.stderr
    environ = own_environ(
        CARREL_BASE_URL=url,
        CARREL_SECRET_KEYS="a-key-for-tests-only-of-32-bytes-or-more",
        SMTP_URL="smtp://127.0.0.1:9",
        MAIL_FROM="desk@carrel.test",
        CONTACT_EMAIL="help@carrel.test",
    )
    command = [str(installed / "carrel"), "serve", "--workers", "1", "--bind", url.removeprefix("http://")]
    server = subprocess.Popen(command, cwd=site, env=environ)
    try:
        until(lambda: server.poll() is not None or answers(url))
        yield url
    finally:
        server.terminate()
        server.wait(60)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz") as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def read(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode())


def test_a_site_is_begun_published_and_served_from_an_empty_folder(served: str) -> None:
    page = read(f"{served}/articles/how-an-article-works/")
    assert "How an article works" in page
    sheet = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    assert "{" in read(served + sheet)
    assert "Sign in" in read(f"{served}/sign-in/")
    assert "Password" in read(f"{served}/admin/sign-in")
