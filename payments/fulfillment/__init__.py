"""From a Checkout Session to the ledger: match it, check it, apply it, tell people."""
