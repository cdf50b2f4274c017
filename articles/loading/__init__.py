"""Loads what authors wrote, strictly: each mistake is reported with its file, line, code, and a hint how to fix it."""
