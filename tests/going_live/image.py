"""Build deploy/container/Dockerfile as it stands, without a daemon and a registry of images, and serve from it.

`make image`, as root, with debootstrap and buildah. The base that the Dockerfile names is made here, of a bare Debian and
its Python; network and processes are in namespaces of their own.
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import requests

from tests.deploy.units import ROOT
from tests.going_live.debian import COPIED_CERTIFICATES, PATH, Debian, entered

BASE = "docker.io/library/python:3.11-slim-bookworm"  # Debian 12's Python is 3.11 too
SETTINGS = {
    "CARREL_BASE_URL": "https://study.example.org",
    "CARREL_SECRET_KEYS": "kMv2c9TqLx7RzNw4YbHs8PdJf3GaUe6W",
    "CARREL_PROXIES": "1",
    "SMTP_URL": "smtp://127.0.0.1:9",
    "MAIL_FROM": "desk@example.org",
    "CONTACT_EMAIL": "help@example.org",
}
HEADERS = {"Host": "study.example.org", "X-Forwarded-Proto": "https"}
PATIENCE_SECONDS = 180


class Buildah:
    """The program, over a store of its own."""

    def __init__(self, store: Path) -> None:
        self._words = ["buildah", "--storage-driver=vfs", f"--root={store}/images", f"--runroot={store}/run"]

    def words(self, *words: str | Path) -> list[str]:
        """A whole command."""
        return [*self._words, *map(str, words)]

    def __call__(self, *words: str | Path) -> str:
        """Run it; what it said. Raises `CalledProcessError`."""
        done = subprocess.run(self.words(*words), stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()


def main() -> None:
    """Base, image, a container that serves."""
    with tempfile.TemporaryDirectory(prefix="going-live-") as name:
        folder = Path(name)
        buildah = Buildah(folder)
        with entered("bookworm", folder / "debian") as debian:
            make_base(buildah, debian)
            dockerfile = ROOT / "deploy" / "container" / "Dockerfile"
            options = ("--isolation=chroot", "--pull-never", "--format=docker", "--quiet")
            image = buildah("bud", *options, "--file", dockerfile, "--tag", "carrel", ROOT).split()[-1]
            print(f"Built {image[:12]} from {dockerfile.relative_to(ROOT)}", flush=True)
            debian.join_network()
            serve(buildah, folder / "home")
        print("Green.")


def make_base(buildah: Buildah, debian: Debian) -> None:
    """The image that the Dockerfile begins with, under its name."""
    debian.install("python3", "python3-venv", "ca-certificates")
    debian.run("ln -s /usr/bin/python3 /usr/local/bin/python")
    base = buildah("from", "scratch")
    buildah("add", "--quiet", base, debian.folder, "/")
    buildah("config", "--env", f"PATH={PATH}", "--env", f"PIP_CERT={COPIED_CERTIFICATES}", base)
    buildah("commit", "--quiet", "--rm", base, BASE)


def serve(buildah: Buildah, home: Path) -> None:
    """Migrate, publish and serve, each by the image's own entry point."""
    home.mkdir()
    os.chown(home, 10001, 10001)
    container = buildah("from", "--pull-never", "localhost/carrel")
    config = json.loads(buildah("inspect", container))["Docker"]["config"]
    volume, isolation = f"--volume={home}:/var/lib/carrel", "--isolation=chroot"
    environ = [f"--env={key}={value}" for key, value in SETTINGS.items()]
    run = ("run", isolation, "--cap-drop=all", volume, *environ, container)
    for command in ("migrate", "publish"):
        said = buildah(*run, *config["Entrypoint"], command).splitlines()[-1]
        print(f"carrel {command}: {said}", flush=True)
    alone = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")  # what it starts ends with it
    process = subprocess.Popen([*alone, *buildah.words(*run, *config["Entrypoint"], *config["Cmd"])])
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_ready():
        assert process.poll() is None, "it ended"
        assert time.monotonic() < give_up, "it did not get ready"
        time.sleep(0.5)
    buildah(*run, *config["Healthcheck"]["Test"][1:])
    page = requests.get("http://127.0.0.1:8000/", headers=HEADERS, timeout=60)
    print(
        f"Served as user {config['User']}: {page.status_code}, {len(page.content)} bytes; the health check agrees."
    )
    assert page.ok
    process.kill()
    process.wait()


def is_ready() -> bool:
    """Whether it answers."""
    try:
        return requests.get("http://127.0.0.1:8000/readyz", timeout=10).ok
    except requests.ConnectionError:
        return False


if __name__ == "__main__":
    main()
