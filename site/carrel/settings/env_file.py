"""The file of a server's settings and secrets, read by the `carrel` command alone, so that a value means one thing.

One `NAME=value` on a line. The value is what stands there, to the end of the line: nothing is expanded or
escaped. One pair of quotes around the whole value is taken off. Empty lines and lines that begin with `#` say nothing.
"""

from pathlib import Path

from carrel.settings.loading import SettingsError

QUOTES = ("'", '"')


def read_env_file(path: Path) -> dict[str, str]:
    """The settings in a file. Raises `SettingsError` with one sentence."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{path} cannot be read: {reason}.") from None
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return dict(
        _setting(path, number, line) for number, line in numbered if line and not line.startswith("#")
    )


def _setting(path: Path, number: int, line: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in line.partition("="))
    if not equals or not name.isidentifier():
        raise SettingsError(
            f"Line {number} of {path} is not NAME=value: correct it, or start the line with #."
        )
    if len(value) > 1 and value[0] in QUOTES and value[0] == value[-1]:
        value = value[1:-1]
    return name, value
