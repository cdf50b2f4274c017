"""Composing, queueing and sending mail; who must not get any."""
