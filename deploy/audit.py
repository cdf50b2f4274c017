"""Ask for known vulnerabilities of the pinned packages: `make audit`.

Exit status: 0 none is known, 1 some are, 3 the source of advisories could not be asked, or not about every package.
pip-audit itself ends with 0 when it could ask about none.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCKS = [Path(__file__).parent / name for name in ("requirements.txt", "requirements-test.txt")]
NONE_KNOWN, VULNERABLE, NOT_ASKED = 0, 1, 3
COMMAND = [
    sys.executable,
    "-m",
    "pip_audit",
    "--require-hashes",
    "--disable-pip",
    "--progress-spinner",
    "off",
]


def main() -> int:
    """Print what is known, and return the exit status."""
    asked = [*COMMAND, "--format", "json", *(word for lock in LOCKS for word in ("--requirement", str(lock)))]
    done = subprocess.run(asked, capture_output=True, text=True)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        lines = done.stderr.strip().splitlines() or ["no reason was given"]
        print(f"Not audited: the source of advisories cannot be reached from here ({lines[-1].strip()}).")
        return NOT_ASKED
    return report(packages)


def report(packages: list[dict[str, Any]]) -> int:
    """Print a line for each vulnerability and one for the whole; the exit status."""
    found = [(package, vulnerability) for package in packages for vulnerability in package.get("vulns", [])]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    for package, vulnerability in found:
        fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {fixed}")
    if skipped:
        print(
            f"Not audited: the source of advisories returned nothing about {len(skipped)} of {len(packages)} packages "
            f"({', '.join(skipped[:5])} ...). Run make audit where it can be reached."
        )
    if found:
        return VULNERABLE
    if skipped:
        return NOT_ASKED
    print(f"No vulnerability is known in {len(packages)} packages.")
    return NONE_KNOWN


if __name__ == "__main__":
    sys.exit(main())
