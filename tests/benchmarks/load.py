"""Asking a server from a core of its own: as fast as it can answer (wrk), or so many times a second (h2load)."""

import random
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from tests.benchmarks.machine import LOAD, find, on

SECONDS = 3
CONNECTIONS = 32
_SCRIPT = Path(__file__).with_name("paths.lua")
_PER_SECOND = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}
_LARGEST_SAMPLE = 50_000


@dataclass(frozen=True)
class Load:
    """How many answers, how many a second, and the milliseconds within which half of them and 99 of 100 came."""

    answers: int
    rate: float
    p50: float
    p99: float


class LoadError(Exception):
    """A server answered with something other than success, or a program is missing."""


def zipf(paths: Sequence[str], exponent: float = 1.0, seed: int = 20261128) -> list[str]:
    """As readers ask: the second path half as often as the first, the tenth a tenth as often. The same each time."""
    weights = list(accumulate(1 / rank**exponent for rank in range(1, len(paths) + 1)))
    return random.Random(seed).choices(paths, cum_weights=weights, k=min(_LARGEST_SAMPLE, 5 * len(paths)))


def at_most(port: int, paths: Sequence[str], headers: dict[str, str], seconds: int = SECONDS) -> Load:
    """As fast as the server can over 32 connections. Answers of 304 count as success."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as sample:
        sample.write("\n".join(paths) + "\n")
        sample.flush()
        done = subprocess.run(
            [*on(LOAD, _program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout=20s"),
             *_options("-H", headers), "-s", str(_SCRIPT), f"http://127.0.0.1:{port}", sample.name],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    if "Non-2xx" in done or "Socket errors" in done:
        raise LoadError(done)
    rate = float(done.split("Requests/sec:")[1].split()[0])
    return Load(
        int(done.split(" requests in ")[0].split()[-1]), rate, _latency(done, "50%"), _latency(done, "99%")
    )


def at_rate(
    port: int, paths: Sequence[str], headers: dict[str, str], rate: int, seconds: int = SECONDS
) -> Load:
    """So many a second, however long the server takes, over as many connections as that needs."""
    clients = max(1, min(CONNECTIONS, rate // 4))
    with tempfile.TemporaryDirectory() as folder:
        log, sample = Path(folder, "log"), Path(folder, "paths")
        sample.write_text("".join(f"http://127.0.0.1:{port}{path}\n" for path in paths))
        command = on(
            LOAD, _program("h2load"), "--h1", f"--clients={clients}", f"--rps={rate / clients}",
            f"--requests={rate * seconds}", f"--input-file={sample}", f"--log-file={log}",
        )  # fmt: skip
        subprocess.run([*command, *_options("-H", headers)], check=True, stdout=subprocess.DEVNULL)
        rows = [line.split("\t") for line in log.read_text().splitlines()]
    if bad := {status for _, status, _ in rows if not status.startswith(("2", "304"))}:
        raise LoadError(f"Answers with status {bad}")
    waits = sorted(int(row[2]) / 1e3 for row in rows)
    return Load(len(waits), rate, waits[len(waits) // 2], waits[int(len(waits) * 0.99)])


def _program(name: str) -> str:
    if path := find(name):
        return path
    raise LoadError(f"{name} is not installed: apt install wrk nghttp2-client")


def _options(option: str, headers: dict[str, str]) -> list[str]:
    return [part for name, value in headers.items() for part in (option, f"{name}: {value}")]


def _latency(text: str, percentile: str) -> float:
    """Milliseconds, from wrk's `99%   12.34ms`."""
    value = next(line.split()[1] for line in text.splitlines() if line.strip().startswith(percentile))
    number = value.rstrip("msu")
    return float(number) * _PER_SECOND[value.removeprefix(number)]
