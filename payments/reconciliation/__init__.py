"""Comparing the ledger with Stripe, and alerting about differences."""
