"""Studying: practice, what readers remember, what is due, and their plan. It stands beside the pages (ADR 36)."""
