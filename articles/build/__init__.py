"""Making the text of an article from its file, alone or many at once."""
