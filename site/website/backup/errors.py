"""What can go wrong with backups: each is one sentence for the operator."""

from pathlib import Path


class BackupError(Exception):
    """A backup could not be made or restored. Nothing was lost by it.

    Some of the sentence may come out of a stranger's file: what a terminal would obey in it is escaped.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__("".join(each if each.isprintable() else ascii(each)[1:-1] for each in sentence))


class InvalidBackupError(BackupError):
    """A file is no backup that can be restored here."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be restored: {reason}. Nothing was changed.")


class DamagedDatabaseError(BackupError):
    """The database itself does not pass its own check."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"The database is damaged: {problem}. Restore the last good backup: carrel restore FILE"
        )


class BackupCopyError(BackupError):
    """The database is whole, and could not be copied."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The database could not be copied: {problem}. Free up disk space, and try again.")


class EncryptionError(BackupError):
    """A copy could not be encrypted or decrypted."""


class CopyFailedError(BackupError):
    """The backup is on this machine, and could not be copied to the bucket."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"The backup is in {path}, but was not copied: {problem}")


class SiteRunningError(BackupError):
    """The website or the worker has the database in its hands."""

    def __init__(self) -> None:
        super().__init__(
            "The site in CARREL_HOME is running. Stop the website and the worker first: what they write during a "
            "restore would be lost. Nothing was changed."
        )


class BackupBusyError(BackupError):
    """Another backup or restore is under way."""

    def __init__(self) -> None:
        super().__init__("Another backup or restore is running; try again when it is done.")


class ProgramFailedError(BackupError):
    """One of PostgreSQL's programs is missing, or did not do its work."""

    def __init__(self, program: str, output: str) -> None:
        lines = output.strip().splitlines() or ["it gave no reason"]
        first = next((line for line in lines if "error" in line.lower()), lines[-1])
        super().__init__(f"{program} failed: {first}")
