"""Subscribers: sign-up, confirmation, preferences, pause, unsubscribe, erasure."""
