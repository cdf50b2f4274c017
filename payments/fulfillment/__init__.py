"""Fulfilling a Checkout Session: match its order, check it, record it, notify people."""
