"""A bare Debian in a folder, entered in namespaces of its own. Needs root and debootstrap.

Mirror, keyring and proxies of apt and pip are those of this machine, read when it runs.
"""

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "carrel-going-live"
APT = Path("/etc/apt")
PIP_CONFIGURATION = (
    "/etc/pip.conf",
    "/etc/xdg/pip",
    *(str(Path.home() / name) for name in (".config/pip", ".pip")),
)
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
COPIED_CERTIFICATES = (
    "/etc/ssl/of-the-host.crt"  # the package ca-certificates writes the file of the usual name
)
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CLONE_NEWNET = 0x40000000  # sched.h
DEVICES = {"null": "1 3", "zero": "1 5", "full": "1 7", "random": "1 8", "urandom": "1 9", "tty": "5 0"}

# Process 1 of the new namespaces. It ignores SIGCHLD, so that whatever is orphaned to it leaves no zombie. The folder
# becomes their root, not only that of a process: whoever enters a container in there would be led out of it otherwise.
HOLD = """
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount -t sysfs sysfs "$1/sys"
mount --rbind /sys/fs/cgroup "$1/sys/fs/cgroup"
mount -t tmpfs -o mode=755 dev "$1/dev"
mkdir "$1/dev/shm" "$1/dev/pts"
mount -t tmpfs shm "$1/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
ln -s pts/ptmx "$1/dev/ptmx"; ln -s /proc/self/fd "$1/dev/fd"
ln -s fd/0 "$1/dev/stdin"; ln -s fd/1 "$1/dev/stdout"; ln -s fd/2 "$1/dev/stderr"
ip link set lo up
cd "$1"
pivot_root . mnt
umount -l /mnt
echo ready
exec env --ignore-signal=CHLD sleep infinity
"""


class CommandError(Exception):
    """A command failed; the message has its last lines."""


@dataclass(frozen=True)
class Debian:
    """An entered Debian. Its processes end with the block that entered it."""

    folder: Path
    pid: int  # of the process that holds the namespaces, as seen from outside
    outside: int  # the network of this machine, as an open file

    def command(self, *words: str, network: bool = False, user: str = "") -> list[str]:
        """The words to start a program in it, in its own network unless `network` asks for this machine's."""
        net = f"/proc/{os.getpid()}/fd/{self.outside}" if network else f"/proc/{self.pid}/ns/net"
        spaces = ["--mount", "--pid", "--uts", "--ipc", f"--net={net}"]
        as_user = [f"--userspec={user}"] if user else []
        enter = ["nsenter", f"--target={self.pid}", *spaces, "chroot", *as_user]
        return [*enter, "/", "env", "-i", *_environment(), *words]

    def run(self, script: str, *, network: bool = False, user: str = "") -> str:
        """Run a shell script and return what it printed. Raises `CommandError`."""
        words = self.command("bash", "-euo", "pipefail", "-c", script, network=network, user=user)
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandError(f"{script}\nended with status {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout

    def join_network(self) -> None:
        """Let this thread, and those that it starts from now on, see the network in there and no other."""
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/proc/{self.pid}/ns/net").open("rb") as network:
            if libc.setns(network.fileno(), CLONE_NEWNET):
                raise CommandError(f"The network cannot be joined: {os.strerror(ctypes.get_errno())}.")

    def install(self, *packages: str) -> None:
        """Install Debian packages."""
        self.run(f"apt-get install --yes --no-install-recommends {' '.join(packages)}", network=True)


@contextmanager
def entered(suite: str, folder: Path) -> Iterator[Debian]:
    """A bare Debian of a suite (`bookworm`, `trixie`) unpacked into an empty folder, until the block ends."""
    archive = base(suite)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
    _configure(folder, suite)
    unshare = ["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child"]
    outside = os.open("/proc/self/ns/net", os.O_RDONLY)
    holder = subprocess.Popen(
        [*unshare, "sh", "-euc", HOLD, "sh", str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout
        if holder.stdout.readline() != "ready\n":
            raise CommandError("The namespaces could not be made: run this as root.")
        child = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()[0]
        debian = Debian(folder, int(child), outside)
        _make_devices(debian)
        debian.run("apt-get update", network=True)
        yield debian
    finally:
        holder.kill()  # its child, process 1 in there, ends with it, and everything else with that
        holder.wait()
        os.close(outside)


def base(suite: str) -> Path:
    """The packed bare Debian, made once and kept; remove the file to have it made again."""
    archive = CACHE / f"{suite}.tar"
    if archive.exists():
        return archive
    CACHE.mkdir(parents=True, exist_ok=True)
    making = CACHE / f"{suite}.{os.getpid()}"
    try:
        subprocess.run(["debootstrap", "--variant=minbase", suite, making, mirror()], check=True)
        shutil.rmtree(making / "var/cache/apt/archives")
        packed = archive.with_suffix(f".{os.getpid()}.tar")
        subprocess.run(["tar", "-cf", packed, "--one-file-system", "-C", making, "."], check=True)
        packed.rename(archive)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return archive


def mirror() -> str:
    """Where this machine's apt gets Debian from."""
    for path in _sources():
        found = re.search(
            r"^(?:URIs:|deb(?: \[.*\])?) *(\S+/debian/?)(?:\s|$)", path.read_text("utf-8"), re.MULTILINE
        )
        if found:
            return found[1]
    raise CommandError("No Debian mirror stands in /etc/apt/sources.list or sources.list.d.")


def _sources() -> list[Path]:
    each = [APT / "sources.list", *sorted((APT / "sources.list.d").iterdir())]
    return [path for path in each if path.suffix in {".list", ".sources"} and path.is_file()]


def _configure(folder: Path, suite: str) -> None:
    """Give it this machine's names, certificates, apt and pip, and let packages start no service."""
    (folder / "etc/apt/sources.list").unlink(missing_ok=True)
    for path in _sources():
        text = re.sub(r"\b(bookworm|trixie)\b", suite, path.read_text("utf-8"))
        if re.search(r"\S+/debian", text):
            (folder / "etc/apt/sources.list.d" / path.name).write_text(text, "utf-8")
    said = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    ours = [
        line for line in said.splitlines() if line.startswith("Acquire::") and "::IndexTargets" not in line
    ]
    (folder / "etc/apt/apt.conf.d/90host").write_text("\n".join(ours) + "\n", "utf-8")
    (folder / "etc/dpkg/dpkg.cfg.d/fast").write_text("force-unsafe-io\n", "utf-8")
    for name in (*PIP_CONFIGURATION, "/etc/resolv.conf", "/etc/hosts"):
        _copy(Path(name), folder / name[1:])
    _copy(CERTIFICATES, folder / COPIED_CERTIFICATES[1:])
    refuse = folder / "usr/sbin/policy-rc.d"
    refuse.write_text("#!/bin/sh\nexit 101\n", "utf-8")
    refuse.chmod(0o755)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        target.unlink(missing_ok=True)
        shutil.copyfile(source, target)


def _make_devices(debian: Debian) -> None:
    debian.run("; ".join(f"mknod -m 666 /dev/{name} c {numbers}" for name, numbers in DEVICES.items()))


def _environment() -> list[str]:
    ours = {
        "PATH": PATH,
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    hosts = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    if CERTIFICATES.exists():
        hosts["PIP_CERT"] = COPIED_CERTIFICATES
    return [f"{name}={value}" for name, value in (hosts | ours).items()]
