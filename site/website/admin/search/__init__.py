"""Search across everything at the desk: one field; each kind of thing is a source that says what it finds."""
