"""Feeds: RSS, Atom and JSON for everybody, and a private one without ads for holders of the pass."""
