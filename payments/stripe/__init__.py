"""Stripe as Carrel uses it: the client, the schemas of its answers, its events and signatures."""
