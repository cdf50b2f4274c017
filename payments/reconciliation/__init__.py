"""Comparing the ledger with Stripe, and the alarms about differences."""
