"""What payments do when accounts tell of a reader: claims, merging, erasing, the export."""

from payments import claims, standing
from website.accounts import hooks


def listen() -> None:
    """Ask accounts to tell us, in every process that changes readers. Doing it twice is once."""
    hooks.address_proven.add(claims.address_proven)
    hooks.readers_merged.add(claims.readers_merged)
    hooks.reader_erased.add(claims.reader_erased)
    hooks.export_sections.add(standing.export)
