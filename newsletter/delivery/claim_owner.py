"""Who holds a claim: a process, in one boot of a machine."""

from pathlib import Path

from carrel.tokens import new_token

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def this_boot() -> str:
    """What names the machine's present boot; empty where nothing does."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def new_owner() -> str:
    """A name for the claims of this process. It begins with the boot, so that a later one can tell."""
    return f"{this_boot()}/{new_token()[:22]}"
