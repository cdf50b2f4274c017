"""Uploaded images: checked, re-encoded, served under the hash of their content."""
