"""Readers, their sessions, signing in, and the column that says ad-free."""
