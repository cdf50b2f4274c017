"""The append-only ledger: entries, entitlements, claims, manual grants, refund requests."""
