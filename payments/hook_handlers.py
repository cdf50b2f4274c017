"""How payments react to account hooks: a proven address, a merge, an erasure, a data export."""

from carrel.accounts import hooks
from payments.ledger import claims
from payments.queries import account_summary


def register_hooks() -> None:
    """Register the handlers, in every process that changes readers. Idempotent."""
    hooks.address_proven.add(claims.address_proven)
    hooks.readers_merged.add(claims.readers_merged)
    hooks.reader_erased.add(claims.reader_erased)
    hooks.export_sections.add(account_summary.export)
