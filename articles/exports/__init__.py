"""Items in the formats of other programs."""
