"""Brings articles of other programs into an exam's folder, as Markdown with front matter."""
