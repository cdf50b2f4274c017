"""Subscribers: asking, confirming, choosing, pausing, leaving, being forgotten."""
