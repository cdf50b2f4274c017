"""What is around the containers of the compose files: settings and secrets, a mail server, PostgreSQL, Redis, and a bucket elsewhere."""

import contextlib
import secrets
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.carrel.s3_server import KEY_ID, SECRET
from tests.going_live.debian import Debian
from tests.going_live.docker import PLAIN
from tests.going_live.pythons import copy_checkout
from tests.going_live.server import CERTIFICATE, DESK_NAME, NAME
from tests.going_live.trial import URL, until
from tests.support import certificate
from tests.support.smtp import FakeMailServer

FOLDER = "/srv/carrel/deploy/container"
ELSEWHERE, MACHINES = "10.0.0.5", {"a": "10.0.0.11", "b": "10.0.0.12"}
MAIL_PORT, S3_PORT = 2525, 9000
SITE_NAME = "A $HOME # of study"  # what Compose would change without quotes
SETTINGS = f"""CARREL_BASE_URL={URL}
CARREL_DESK_URL=https://{DESK_NAME}
SITE_NAME='{SITE_NAME}'
MAIL_FROM=Study desk <desk@{NAME}>
CONTACT_EMAIL=help@{NAME}
ALARM_EMAIL=alarm@{NAME}
POSTAL_ADDRESS=1 Quiet Street, Springfield
SSL_CERT_FILE=/var/lib/carrel/mail.pem
"""
CLUSTER_SETTINGS = f"""MEDIA_URL=s3://pictures/media
S3_ENDPOINT=http://{ELSEWHERE}:{S3_PORT}
S3_ACCESS_KEY_ID={KEY_ID}
"""


def mail_server(folder: Path) -> FakeMailServer:
    """One elsewhere: with encryption, or the site would send it nothing. Its certificate is shown to the containers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (folder / "mail").mkdir()
    context.load_cert_chain(*certificate.make(folder / "mail", f"IP:{ELSEWHERE}"))
    return FakeMailServer(tls=context)


def trust_mail_server(debian: Debian, compose: str) -> None:
    """Put its certificate where SSL_CERT_FILE says: beside what the site keeps."""
    shown = debian.folder.parent / "mail/fullchain.pem"
    shutil.copyfile(shown, debian.folder / "srv/mail.pem")
    run(debian, f"{compose} exec -T worker sh -c 'cat > /var/lib/carrel/mail.pem' < /srv/mail.pem")


def start(stack: contextlib.ExitStack, debian: Debian, *words: str) -> None:
    """A program in the Debian that goes on until the end."""
    process = subprocess.Popen(debian.command(*words), stdin=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)


@contextlib.contextmanager
def bucket(folder: Path) -> Iterator[None]:
    """An S3 server elsewhere, with one bucket."""
    (folder / "s3" / "pictures").mkdir(parents=True)
    rclone = Path(sys.executable).parent / "rclone"
    server = subprocess.Popen(
        [
            rclone,
            "serve",
            "s3",
            f"--addr={ELSEWHERE}:{S3_PORT}",
            f"--auth-key={KEY_ID},{SECRET}",
            "--config=",
            folder / "s3",
        ]
    )
    try:
        yield
    finally:
        server.terminate()
        server.wait()


def prepare(debian: Debian) -> None:
    """The clone, and what the document says to edit: settings, secrets, a certificate; the addresses of a private network."""
    (debian.folder / "srv").mkdir(exist_ok=True)
    copy_checkout(debian.folder / "srv/carrel")
    for address in (ELSEWHERE, *MACHINES.values()):
        debian.run(f"ip address add {address}/32 dev lo")
    debian.run(CERTIFICATE)


def fill_in(debian: Debian, database_host: str) -> None:
    """Settings and secrets, as somebody with an editor."""
    folder, password = debian.folder / FOLDER[1:], secrets.token_urlsafe(16)
    values = {
        "carrel_keys": secrets.token_urlsafe(48),
        "database_password": password,
        "database_url": f"postgresql://carrel:{password}@{database_host}/carrel",
        "smtp_url": f"smtp://{ELSEWHERE}:{MAIL_PORT}",
        "stripe_key": "",
        "stripe_webhook": "",
        "redis_url": f"redis://:{password}@{ELSEWHERE}:6379/0",
        "s3_secret": SECRET,
    }
    for name, value in values.items():
        (folder / "secrets" / name).write_text(f"{value}\n")
    debian.run(f"chown 10001 {FOLDER}/secrets/* && chmod 400 {FOLDER}/secrets/*")
    (folder / "carrel.env").write_text(SETTINGS)
    for name in ("fullchain.pem", "privkey.pem"):
        shutil.copyfile(debian.folder / f"etc/letsencrypt/live/{NAME}" / name, folder / "certificates" / name)


def use_cluster(debian: Debian) -> None:
    """Settings of one of several machines."""
    with (debian.folder / FOLDER[1:] / "carrel.env").open("a") as settings:
        settings.write(CLUSTER_SETTINGS)


def run(debian: Debian, line: str, *, shows: int = 3) -> str:
    """A command in the folder of the compose files; what it said, its end in sight."""
    print(f"  {line}", flush=True)
    said = debian.run(f"cd {FOLDER}; export {PLAIN}; {line}")
    print("".join(f"      {told}\n" for told in said.splitlines()[-shows:]), end="", flush=True)
    return said


def begin_elsewhere(stack: contextlib.ExitStack, debian: Debian) -> None:
    """PostgreSQL and Redis on a machine that all others reach."""
    given = "-e POSTGRES_USER=carrel -e POSTGRES_DB=carrel -e POSTGRES_PASSWORD_FILE=/run/password"
    volume = f"-v {FOLDER}/secrets/database_password:/run/password:ro"
    run(
        debian,
        f"docker run -d --name elsewhere -p {ELSEWHERE}:5432:5432 {given} {volume} postgres:15-bookworm",
        shows=0,
    )
    password = (debian.folder / FOLDER[1:] / "secrets/database_password").read_text().strip()
    start(stack, debian, "redis-server", "--bind", ELSEWHERE, "--requirepass", password, "--maxmemory", "256mb",
          "--maxmemory-policy", "noeviction", "--save", "", "--daemonize", "no")  # fmt: skip
    until(lambda: "accepting" in debian.run("docker exec elsewhere pg_isready -h 127.0.0.1 || true"))


def begin_nginx(debian: Debian) -> None:
    """nginx on a machine of its own, with both web servers."""
    path = debian.folder / FOLDER[1:] / "nginx.conf"
    servers = "".join(f"server {address}:8000 fail_timeout=2s; " for address in MACHINES.values())
    path.write_text(path.read_text("utf-8").replace("server 127.0.0.1:8000;", servers), "utf-8")
    volumes = f"-v {FOLDER}/nginx.conf:/etc/nginx/conf.d/default.conf:ro -v {FOLDER}/certificates:/etc/ssl/carrel:ro"
    run(debian, f"docker run -d --network host {volumes} nginx:1.28-bookworm", shows=0)
