"""Articles: read from files, checked, rendered, published, searched."""
