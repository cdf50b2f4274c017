"""The pass: its offer, Checkout, the webhook's inbox, the ledger, refunds and reconciliation."""
