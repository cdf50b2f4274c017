"""Webhooks: events are verified, stored once, handled, and retried."""
