"""House ads: the operator creates, changes, pauses and archives them, and previews them."""
