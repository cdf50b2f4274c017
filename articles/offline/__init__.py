"""The offline copy: an exam as an EPUB 3 book, for readers with the pass."""
