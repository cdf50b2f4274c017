"""The nginx configuration that we ship, on free ports and in a folder of its own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.caches.wire import DESK_NAME, NAME, Front
from tests.support import certificate
from tests.support.served import ROOT, free_port, running, wait_for

SHIPPED = ROOT / "deploy" / "nginx.conf"
AROUND = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;  # an ordinary user may not write where nginx would
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    include {folder}/carrel.conf;
}}
"""


def program() -> str | None:
    """Where nginx is; Debian keeps it out of the path of ordinary people."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


def configure(folder: Path, app_port: int) -> tuple[Path, int, int]:
    """Write the shipped file with our name, ports and folders in it; the main file, and both ports."""
    plain, secure = free_port(), free_port()
    certificate.make(folder, f"DNS:{NAME},DNS:{DESK_NAME}")
    changes = {
        "/var/lib/nginx/carrel": f"{folder}/cache",
        "/var/log/nginx/carrel.log": f"{folder}/access.log",
        "/etc/ssl/carrel/": f"{folder}/",
        "127.0.0.1:8000": f"127.0.0.1:{app_port}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "listen 443": f"listen 127.0.0.1:{secure}",
        "listen [::]:80": f"listen [::1]:{plain}",
        "listen [::]:443": f"listen [::1]:{secure}",
        "example.org": NAME,
    }
    text = SHIPPED.read_text("utf-8")
    for shipped, ours in changes.items():
        assert shipped in text, shipped
        text = text.replace(shipped, ours)
    (folder / "carrel.conf").write_text(text, "utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user), "utf-8")
    return folder / "nginx.conf", plain, secure


@contextmanager
def nginx(folder: Path, app_port: int) -> Iterator[Front]:
    """The front, until the block ends."""
    config, _, secure = configure(folder, app_port)
    command = (program() or "nginx", "-c", str(config), "-p", str(folder))
    front = Front("nginx", secure, folder / "fullchain.pem")
    with running(*command, log=folder / "out.log") as process:
        wait_for(lambda: front.get("/healthz").status == 200, process, folder / "out.log")
        yield front
