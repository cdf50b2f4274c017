"""What a reader with a slow phone waits for: Lighthouse's own measures of each kind of page, and the bytes of each.

Lighthouse 12 with its default device and network ("slow 4G": 150 ms a journey, 1.6 Mbit/s, a processor four times
slower), which it simulates from an unthrottled load. Node and npm bring it; Chromium is the one of the tests.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.machine import LOAD, find, on
from tests.benchmarks.rounds import Goal, Report, interleaved
from tests.benchmarks.servers import our_site

VERSION = "12.2.3"
PAGES = {
    "article": "/articles/what-cmp-means/",
    "home": "/",
    "exam": "/exams/cpb/",
    "search": "/search?q=claim",
    "offer": "/pass/",
}
# Lighthouse's name, ours, the unit, what a unit is of its own, and the goal.
MEASURES = [
    ("largest-contentful-paint", "LCP", "s", 1_000, Goal(1, at_least=False)),
    ("first-contentful-paint", "FCP", "s", 1_000, None),
    ("total-blocking-time", "blocking", "ms", 1, Goal(0, at_least=False)),
    ("cumulative-layout-shift", "shift", "", 1, Goal(0, at_least=False)),
    ("total-byte-weight", "weight", "kB", 1_000, Goal(50, at_least=False)),
]


def main(report: Report) -> None:
    """Measure every kind of page as a guest."""
    program, browser = _lighthouse(), find("chromium") or find("chromium-headless-shell")
    if program is None or browser is None:
        report.note("Lighthouse needs node, npm and Chromium: apt install nodejs npm chromium")
        return
    with tempfile.TemporaryDirectory(prefix="carrel-bench-") as folder, our_site(Path(folder)) as site:
        report.note(f"Lighthouse {VERSION}, navigation, its default mobile device, throttling simulated")
        pages = {
            name: partial(_audit, program, browser, f"http://127.0.0.1:{site.port}{path}")
            for name, path in PAGES.items()
        }
        for name, audits in interleaved(pages).items():
            for audit, what, unit, scale, goal in MEASURES:
                values = [round(found[audit] / scale, 3) for found in audits]
                report.add(f"{name}, {what}", values, unit, goal)


def _lighthouse() -> str | None:
    """The program, kept beside Python's packages."""
    folder = Path(os.environ.get("LIGHTHOUSE_FOLDER", Path(sys.prefix) / "lighthouse"))
    program = folder / "node_modules/.bin/lighthouse"
    if not program.exists() and shutil.which("npm"):
        folder.mkdir(exist_ok=True)
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"]
        subprocess.run(["npm", "install", *options, f"lighthouse@{VERSION}"], cwd=folder, check=False)
    return str(program) if program.exists() else None


def _audit(program: str, browser: str, url: str) -> dict[str, float]:
    """What Lighthouse measures of one load without anything in the browser's cache."""
    names = ",".join(audit for audit, *_ in MEASURES)
    command = on(
        LOAD, program, url, "--quiet", "--output=json", f"--only-audits={names}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    )  # fmt: skip
    env = os.environ | {"CHROME_PATH": browser}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    audits: dict[str, dict[str, Any]] = json.loads(done.stdout)["audits"]
    return {name: float(audits[name]["numericValue"]) for name, *_ in MEASURES}
