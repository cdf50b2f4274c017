"""The ledger and what follows from it: entries, entitlements, claims, grants made by hand."""
