"""Search across all admin pages: one field; each kind of thing is a source that says what it finds."""
