"""Stripe's events: verified, kept once, handled, tried again."""
