"""What payments do when accounts tell of a reader: claims, merging, erasing, the export."""

from carrel.accounts import hooks
from payments.ledger import claims
from payments.queries import account_summary


def listen() -> None:
    """Ask accounts to tell us, in every process that changes readers. Doing it twice is once."""
    hooks.address_proven.add(claims.address_proven)
    hooks.readers_merged.add(claims.readers_merged)
    hooks.reader_erased.add(claims.reader_erased)
    hooks.export_sections.add(account_summary.export)
