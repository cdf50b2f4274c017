"""Builds what is stored and served of an article from its Markdown."""
