"""Backups encrypted to public keys, in the format of age (https://age-encryption.org/v1), so that `age` opens them too.

A machine that makes backups needs no secret: it cannot read what it has stored.
"""

from collections.abc import Sequence
from pathlib import Path

from carrel.private_file import secret_file
from website.backup.errors import EncryptionError

SUFFIX = ".age"
SECRET = "AGE-SECRET-KEY-"


def make_key(path: Path) -> str:
    """Write a new secret key into a file that is not there yet; its public key. Raises `EncryptionError`."""
    from pyrage import x25519  # here and below: few commands encrypt

    if path.exists():
        raise EncryptionError(
            f"{path} already exists. It may be the only key to your backups: name another file."
        )
    key = x25519.Identity.generate()
    with secret_file(path) as write:
        write(f"# public key: {key.to_public()}\n{key}")
    return str(key.to_public())


def encrypt(source: Path, target: Path, public_keys: Sequence[str]) -> None:
    """Encrypt a file so that the secret key of any of these opens it. Raises `EncryptionError`."""
    import pyrage

    try:
        recipients = [pyrage.x25519.Recipient.from_str(key) for key in public_keys]
    except pyrage.RecipientError as error:
        raise EncryptionError(f"BACKUP_PUBLIC_KEYS has an invalid key: {error}.") from None
    if not recipients:
        raise EncryptionError(
            "BACKUP_PUBLIC_KEYS is missing, so nothing was copied. Make a key: carrel backup --make-key FILE"
        )
    with source.open("rb") as plain, target.open("wb") as encrypted:
        pyrage.encrypt_io(plain, encrypted, recipients)


def decrypt(source: Path, target: Path, key_file: Path) -> None:
    """Decrypt a file with the secret keys of another, written as `age-keygen` does. Raises `EncryptionError`."""
    import pyrage

    try:
        with source.open("rb") as encrypted, target.open("wb") as plain:
            pyrage.decrypt_io(encrypted, plain, _identities(key_file))
    except (pyrage.DecryptError, OSError) as error:
        target.unlink(missing_ok=True)
        if (
            isinstance(error, OSError) and error.errno
        ):  # a disk's; what age says of a damaged text has no number
            raise
        raise EncryptionError(
            f"{source.name} cannot be decrypted with the keys in {key_file}: {error}."
        ) from None


def _identities(key_file: Path) -> list[object]:
    import pyrage

    try:
        lines = [line.strip() for line in key_file.read_text("utf-8").splitlines()]
        return [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        raise EncryptionError(
            f"{key_file} cannot be read as secret keys: it must have lines that begin with {SECRET}."
        ) from None
