"""The pass: checkout, the webhook inbox, the ledger, reconciliation."""
