"""Search: the index that publishing updates, the query, and the snippets of results."""
