"""A Docker of its own in a Debian: `dockerd`, `docker compose`, and images under the names that our files use.

Docker and Compose are those of Debian 13. No registry of images is asked: each image is made here, of a bare Debian 12 and
its packages. All containers are in the Debian's namespaces, and end with it.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.going_live.debian import COPIED_CERTIFICATES, PATH, CommandError, Debian, entered

PACKAGES = (
    "docker.io",
    "docker-cli",
    "docker-compose",
    "iptables",
    "iproute2",
    "slirp4netns",
    "redis-server",
    "socat",
    "openssl",
)
ANSWERS_DNS = "10.0.2.3"  # slirp4netns, which leads from the Debian's network to the one outside
READY_SECONDS = 120
PLAIN = "DOCKER_BUILDKIT=0"  # BuildKit would ask a registry for its own parts
INSTALL = "RUN apt-get update && apt-get install --yes --no-install-recommends"
# What the image of that name does with its settings, as far as the compose file relies on it.
BEGIN_POSTGRES = """#!/bin/sh
set -eu
[ "$1" = postgres ] || exec "$@"
owner="setpriv --reuid=postgres --regid=postgres --init-groups"
chown postgres "$PGDATA"; chmod 700 "$PGDATA"
install -d -o postgres /var/run/postgresql
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  install -o postgres -m 600 "$POSTGRES_PASSWORD_FILE" /tmp/password
  $owner initdb --username="$POSTGRES_USER" --pwfile=/tmp/password
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  $owner pg_ctl -w -o "-c listen_addresses=''" start
  sleep 7  # longer than between two health checks: whoever asks at the socket is deceived
  $owner createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  $owner pg_ctl -w -m fast stop
fi
exec $owner "$@" -c listen_addresses='*'
"""
IMAGES = {
    "python:3.11-slim-bookworm": f"{INSTALL} python3 python3-venv && ln -s /usr/bin/python3 /usr/local/bin/python",
    "postgres:15-bookworm": f"""{INSTALL} postgresql-15 && rm -rf /var/lib/postgresql && install -d /var/lib/postgresql/data
COPY begin-postgres /
ENV LANG=C.UTF-8 PATH=/usr/lib/postgresql/15/bin:{PATH} PGDATA=/var/lib/postgresql/data
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["/begin-postgres"]
CMD ["postgres"]""",
    "nginx:1.28-bookworm": f"""{INSTALL} nginx-light && rm -f /etc/nginx/sites-enabled/default \\
  && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]""",
}  # fmt: skip


@contextmanager
def running_docker(folder: Path) -> Iterator[Debian]:
    """A Debian 13 in which `docker` works, until the block ends."""
    with entered("trixie", folder / "debian") as debian:
        debian.install(*PACKAGES)
        debian.run("mkdir /dev/net && mknod -m 666 /dev/net/tun c 10 200")
        outside = _start(
            debian,
            folder,
            "slirp4netns",
            "--configure",
            "--mtu=65520",
            "--netns-type=path",
            "/proc/1/ns/net",
            "tap0",
        )
        (debian.folder / "etc/resolv.conf").write_text(f"nameserver {ANSWERS_DNS}\n", "utf-8")
        daemon = _start(debian, folder, "dockerd", "--log-level=warn")
        try:
            _wait_for(debian, folder)
            yield debian
        finally:
            for process in (daemon, outside):
                process.terminate()
                process.wait()


def make_images(debian: Debian, folder: Path) -> None:
    """Make what our files name."""
    bare = debian.folder / "bare.tar"
    with entered("bookworm", folder / "bare") as bookworm:
        bookworm.install("ca-certificates")
        bookworm.run("rm -rf /var/cache/apt/archives/*.deb")
        subprocess.run(["tar", "-cf", bare, "--one-file-system", "-C", bookworm.folder, "."], check=True)
    changes = (
        f"ENV PATH={PATH}",
        f"ENV PIP_CERT={COPIED_CERTIFICATES}",
        "ENV DEBIAN_FRONTEND=noninteractive",
    )
    options = " ".join(f"--change '{change}'" for change in changes)
    debian.run(f"docker import {options} /bare.tar bare && rm /bare.tar")
    context = debian.folder / "images"
    context.mkdir()
    (context / "begin-postgres").write_text(BEGIN_POSTGRES, "utf-8")
    (context / "begin-postgres").chmod(0o755)
    for name, steps in IMAGES.items():
        (context / "Dockerfile").write_text(f"FROM bare\n{steps}\n", "utf-8")
        debian.run(f"{PLAIN} docker build --quiet --tag {name} /images")
        print(f"Made the image {name} of a bare Debian 12.", flush=True)


def _start(debian: Debian, folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    """A program that goes on; the one that leads outside is outside itself."""
    with (folder / f"{words[0]}.log").open("ab") as log:
        command = debian.command(*words, network=words[0] == "slirp4netns")
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def _wait_for(debian: Debian, folder: Path) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while True:
        try:
            debian.run("docker info")
        except CommandError as failure:
            if time.monotonic() > give_up:
                logs = "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.log")))
                raise CommandError(f"Docker does not start: {failure}\n{logs[-5000:]}") from None
            time.sleep(0.5)
        else:
            return
