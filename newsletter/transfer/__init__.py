"""Subscribers as CSV: from elsewhere, and to elsewhere."""
