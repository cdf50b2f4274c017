"""A site on two machines, A and B: two web servers behind nginx, two cluster workers, and what all of them share.

Each machine has a home of its own, as it would have a disk of its own; they share nothing else on this one.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from carrel.db import Database
from tests.caches import nginx as nginxes
from tests.carrel.s3_server import KEY_ID, S3, SECRET
from tests.cluster.redis_server import RedisServer, running_redis
from tests.cluster.visitor import Visitor
from tests.faults.own_postgres import OwnCluster
from tests.faults.site import PLAIN, SECRETS, STOP_SECONDS, Entry, Site, environ_of, until
from tests.support.buyer import Buyer
from tests.support.served import free_port, running, wait_for
from tests.support.smtp import FakeMailServer
from website.demo.fake_stripe import FakeStripe, running_fake_stripe

MACHINES = ("a", "b")
FRONT = """
upstream carrel {{ server 127.0.0.1:{a} fail_timeout=2s; server 127.0.0.1:{b} fail_timeout=2s; }}
server {{
    listen 127.0.0.1:{front};
    location / {{
        proxy_pass http://carrel;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $http_x_forwarded_for;
        proxy_connect_timeout 5s;
        add_header X-Answered-By "$upstream_addr: $upstream_status" always;
    }}
}}
"""


@dataclass(kw_only=True)
class ClusterSite(Site):
    """The running site. The name of each process ends with its machine: `web-a`, `worker-b`."""

    folder: Path
    ports: dict[str, int]
    redis: RedisServer
    postgres: OwnCluster
    bucket: S3
    releases: dict[str, Path] = field(default_factory=dict)  # the code of machines that run another release

    def start(self, name: str, *arguments: str, entry: Entry = PLAIN) -> None:
        """Start `carrel <arguments>` on a machine."""
        home = self.folder / name[-1]
        code = self.releases.get(name[-1], self.root)
        environ = {**self.environ, "CARREL_HOME": str(home), "PYTHONPATH": f"{code / 'site'}:{code}"}
        with (self.folder / f"{name}.log").open("ab") as out:
            self.children[name] = subprocess.Popen(
                [sys.executable, *entry, *arguments],
                env=environ, cwd=code, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def start_machine(self, machine: str) -> None:
        """A web server and a worker."""
        self.start(f"worker-{machine}", "worker", "--cluster")
        self.start(f"web-{machine}", "serve", "--bind", f"127.0.0.1:{self.ports[machine]}", "--workers", "1")

    def kill(self, name: str) -> None:
        """kill -9, the processes that it has started included."""
        process = self.children.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self, name: str) -> None:
        """End as systemd would: what is in hand is finished first."""
        process = self.children.pop(name)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0, (self.folder / f"{name}.log").read_text()

    def restart(self, machine: str) -> None:
        """Start what was killed there."""
        if f"web-{machine}" not in self.children:
            self.start(
                f"web-{machine}", "serve", "--bind", f"127.0.0.1:{self.ports[machine]}", "--workers", "1"
            )
        if f"worker-{machine}" not in self.children:
            self.start(f"worker-{machine}", "worker", "--cluster")
        self.wait_for_machine(machine)

    def wait_for_machine(self, machine: str) -> None:
        """Its web server answers."""
        until(lambda: self.buyer_at(machine).is_answered())

    def wait_for_visitors(self, machine: str) -> None:
        """nginx leads visitors there again: for seconds it asks no server that has not answered."""
        address = f"127.0.0.1:{self.ports[machine]}: 200"
        until(lambda: self.visitor().get("/healthz").headers["X-Answered-By"].endswith(address))

    def run_on(self, machine: str, *arguments: str) -> str:
        """Run a command to its end there; what it said."""
        name = f"command-{machine}"
        (self.folder / f"{name}.log").unlink(missing_ok=True)
        self.start(name, *arguments)
        assert self.children.pop(name).wait(120) == 0, (self.folder / f"{name}.log").read_text()
        return (self.folder / f"{name}.log").read_text()

    def visitor(self) -> Visitor:
        """Somebody who comes by nginx."""
        visitor = Visitor(self.url)
        visitor.ports = self.ports
        return visitor

    def buyer_at(self, machine: str) -> Visitor:
        """Somebody whom nginx happens to lead to this machine."""
        visitor = self.visitor()
        visitor.session.headers["Host"] = self.url.removeprefix("http://")
        visitor.go_to(machine)
        return visitor


def within_a_second(holds: Callable[[], Any]) -> None:
    """A request that begins within a second from now sees it."""
    deadline, is_late = time.monotonic() + 1.0, False
    while not holds():  # however long the request itself takes, on a machine that is busy
        assert not is_late, "not within a second"
        time.sleep(0.05)
        is_late = time.monotonic() >= deadline


@contextmanager
def running_cluster(folder: Path, bucket: S3, release: Path | None = None) -> Iterator[ClusterSite]:
    """All of it, until the block ends; both machines run the code in `release`, if one is given."""
    front = free_port()
    ports = {machine: free_port() for machine in MACHINES}
    url = f"http://127.0.0.1:{front}"
    with ExitStack() as stack:
        postgres = OwnCluster()
        stack.callback(postgres.stop)
        database_url = postgres.start()
        db = Database(database_url)
        stack.callback(db.close)
        redis = stack.enter_context(running_redis(folder))
        mail = stack.enter_context(FakeMailServer().running())
        stripe = stack.enter_context(_stripe(url))
        settings = environ_of(folder / "a", database_url, url) | _stores(folder, bucket)
        settings |= {
            "STRIPE_SECRET_KEY": stripe.api_key,
            "STRIPE_API_BASE": stripe.base_url,
            "SMTP_URL": mail.url,
            "REDIS_URL": redis.url,
        }
        site = ClusterSite(
            db,
            url,
            settings,
            stripe,
            mail,
            folder=folder,
            ports=ports,
            redis=redis,
            postgres=postgres,
            bucket=bucket,
        )
        stack.callback(_end, site)
        for machine in MACHINES:
            (folder / machine).mkdir()
            if release:
                site.releases[machine] = release
        site.run_on(MACHINES[0], "migrate")
        for machine in MACHINES:
            site.start_machine(machine)
        stack.enter_context(_nginx(folder, front, ports))
        for machine in MACHINES:
            site.wait_for_machine(machine)
        until(lambda: len(redis.client.keys("carrel:*:worker:*")) == len(MACHINES))
        yield site


def _stripe(url: str) -> AbstractContextManager[FakeStripe]:
    """One that tells the site at this address of everything, and soon again where nobody answered."""
    return running_fake_stripe(
        webhook_url=f"{url}/webhooks/stripe",
        webhook_secrets=SECRETS[:1],
        retry_delays=(0.2, 0.5, 1, 2, 4, 8),
    )


def _stores(folder: Path, bucket: S3) -> dict[str, str]:
    """Where pictures are, and articles."""
    return {
        "MEDIA_URL": f"s3://{bucket.bucket}/site",
        "S3_ENDPOINT": bucket.endpoint,
        "S3_ACCESS_KEY_ID": KEY_ID,
        "S3_SECRET_ACCESS_KEY": SECRET,
        "CARREL_CONTENT": str(folder / "content"),
    }


def _end(site: ClusterSite) -> None:
    for name in list(site.children):
        site.kill(name)


@contextmanager
def _nginx(folder: Path, front: int, ports: dict[str, int]) -> Iterator[None]:
    if nginxes.program() is None:
        pytest.skip("nginx is not installed: apt install nginx")
    home = folder / "nginx"
    home.mkdir()
    (home / "carrel.conf").write_text(FRONT.format(front=front, **ports))
    user = "user root;" if os.geteuid() == 0 else ""
    (home / "nginx.conf").write_text(nginxes.AROUND.format(folder=home, user=user))
    command = (nginxes.program() or "nginx", "-c", str(home / "nginx.conf"), "-p", str(home))
    visitor = Buyer(f"http://127.0.0.1:{front}")
    with running(*command, log=home / "out.log") as process:
        wait_for(lambda: visitor.get("/healthz").status_code == 200, process, home / "out.log")
        yield
