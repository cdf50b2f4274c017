"""House ads: the operator makes, changes, pauses and archives them, and sees how they look."""
