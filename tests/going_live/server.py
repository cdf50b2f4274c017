"""The server that the document makes: runs its blocks of commands, and replaces what a folder cannot have."""

import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

from tests.deploy.units import ROOT
from tests.going_live.debian import CommandError, Debian
from tests.going_live.document import Block
from tests.going_live.systemd import Systemd
from tests.support.smtp import FakeMailServer
from website.demo.fake_stripe import FakeStripe

NAME = "study.example.org"
DESK_NAME = f"desk.{NAME}"
REPOSITORY = "mnt/carrel.git"
SITE_NAME = (
    r"""Anna's "$HOME" & `desk` \ #1"""  # as a password may be: every reader of carrel.env must see the same
)
NEEDS_PACKAGES = ("apt ", "carrel-release install")  # from the registries that this machine uses
SERVICES = ("postgresql", "nginx", "ssh")
ENDS = {"carrel doctor": 1}  # it has something to say: nobody has signed in yet
CERTIFICATE = f"""mkdir -p /etc/letsencrypt/live/{NAME} && cd /etc/letsencrypt/live/{NAME} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={NAME} \
  -addext subjectAltName=DNS:{NAME},DNS:{DESK_NAME} -keyout privkey.pem -out fullchain.pem 2>&1"""


class Server:
    """A Debian on which somebody goes live, and the computer of its author, which is this machine."""

    def __init__(
        self, debian: Debian, folder: Path, *, stripe: FakeStripe, mail: FakeMailServer, uses_postgresql: bool
    ) -> None:
        self.debian, self.folder, self.systemd = debian, folder, Systemd(debian)
        self.stripe, self.mail, self.uses_postgresql = stripe, mail, uses_postgresql
        self.home = folder / "author"
        self.home.mkdir()
        key = self.home / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "author", "-f", key], check=True)
        with (debian.folder / "etc/hosts").open("a") as hosts:
            hosts.write(f"127.0.0.1 {NAME} {DESK_NAME}\n::1 {NAME} {DESK_NAME}\n")
        repository = debian.folder / REPOSITORY
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", repository], check=True)
        subprocess.run(["git", "-C", ROOT, "push", "--quiet", repository, "HEAD:refs/heads/main"], check=True)
        self._replaced = {
            "https://YOUR-COPY/carrel.git": f"/{REPOSITORY}",
            "ssh-ed25519 AAAA-YOUR-PUBLIC-KEY you@your-computer": key.with_suffix(".pub").read_text().strip(),
            "editor /etc/carrel/carrel.env": "",
            "carrel stripe setup": f"echo {stripe.api_key} | carrel stripe setup",
            f"certbot certonly --standalone -d {NAME} -d {DESK_NAME} --pre-hook 'systemctl stop nginx' "
            "--post-hook 'systemctl start nginx'": CERTIFICATE,
        }

    def replacements_left(self) -> list[str]:
        """What should have been replaced and was not found."""
        return list(self._replaced)

    def follow(self, block: Block) -> str:
        """Run a block where it belongs, and print it with the end of what it said; all of it."""
        commands = block.commands
        for words in [each for each in self._replaced if each in commands]:
            commands = commands.replace(words, self._replaced.pop(words))
            print(f"  (replaced: {words})")
            if words.startswith("editor"):
                self._edit()
        print(f"{block.place}. {'(author) ' if block.is_at_home else ''}{block.commands}", flush=True)
        said = self.at_home(commands) if block.is_at_home else self.run(commands)
        print("".join(f"      {line}\n" for line in said.splitlines()[-8:]), end="", flush=True)
        return said

    def run(self, commands: str) -> str:
        """Run commands line by line as root in the Debian; what they said."""
        return "".join(self._line(line) for line in commands.splitlines())

    def _line(self, line: str) -> str:
        network = any(words in line for words in NEEDS_PACKAGES)
        script = f"{line} || [ $? -le {ENDS[line]} ]" if line in ENDS else line
        said = self.debian.run(script, network=network)
        if line.startswith("apt"):
            self._start_what_debian_starts()
        return said

    def at_home(self, commands: str) -> str:
        """Run commands on the author's computer, where the first ones left us."""
        folder = self.home / "my-site"
        ssh = f"ssh -i {self.home}/key -o HostName=127.0.0.1 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
        who = {
            f"GIT_{role}_{what}": "author@example.org"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=folder if folder.exists() else self.home,
            env={"PATH": path, "HOME": str(self.home), "GIT_SSH_COMMAND": ssh, **who},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise CommandError(f"{commands}\nended with status {done.returncode}:\n{done.stdout}")
        return done.stdout

    def _edit(self) -> None:
        """Fill in the settings, as somebody with an editor."""
        values = {
            "CARREL_BASE_URL": f"https://{NAME}",
            "CARREL_DESK_URL": f"https://{DESK_NAME}",
            "SITE_NAME": SITE_NAME,
            "CARREL_SECRET_KEYS": secrets.token_urlsafe(48),
            "SMTP_URL": self.mail.url,
            "MAIL_FROM": f"Study desk <desk@{NAME}>",
            "CONTACT_EMAIL": f"help@{NAME}",
            "ALARM_EMAIL": f"alarm@{NAME}",
            "POSTAL_ADDRESS": "1 Quiet Street, Springfield",
            "STRIPE_API_BASE": self.stripe.base_url,
        } | ({"DATABASE_URL": "postgresql:///carrel"} if self.uses_postgresql else {})
        path = self.debian.folder / "etc/carrel/carrel.env"
        lines = path.read_text("utf-8").splitlines()
        kept = [line for line in lines if line.partition("=")[0] not in values]
        path.write_text(
            "\n".join([*kept, *(f"{name}={value}" for name, value in values.items())]) + "\n", "utf-8"
        )

    def _start_what_debian_starts(self) -> None:
        for name in SERVICES:
            if (self.debian.folder / "etc/init.d" / name).exists():
                self.debian.run(f"service {name} status >/dev/null || service {name} start")


def only_this_server() -> None:
    """Let the names of the server mean the loopback address, in this process."""
    ask = socket.getaddrinfo

    def answer(host: str, *arguments: object, **more: object) -> object:
        return ask("127.0.0.1" if host in {NAME, DESK_NAME} else host, *arguments, **more)  # type: ignore[arg-type]

    socket.getaddrinfo = answer  # type: ignore[assignment]
