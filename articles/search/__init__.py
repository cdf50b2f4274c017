"""Search: the index that publishing keeps, the query, and the excerpt shown with a result."""
