"""A certificate of our own, made by the openssl command."""

import subprocess
from pathlib import Path


def make(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for `DNS:name` or `IP:address`, and its key."""
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=test",
         "-addext", f"subjectAltName={name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
