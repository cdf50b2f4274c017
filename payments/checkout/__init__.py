"""Checkout: the order, the Checkout Session, the success page."""
