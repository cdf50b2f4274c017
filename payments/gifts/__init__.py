"""Passes as gifts: codes, the buyer's words, the recipient's mail, redeeming."""
